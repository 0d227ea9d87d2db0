"""What the palette cannot say of the window's own widgets: paddings, frames, tabs. Lengths come from the font."""

from __future__ import annotations

from designer.ui.look.theme import Tokens, metrics, mixed


def window_style(look: Tokens) -> str:
    """The window's style sheet; small, because a large one slows every widget's birth."""
    sizes = metrics()
    gap, margin, radius = round(sizes.gap), round(sizes.margin), round(sizes.radius)
    edge, text, quiet = look.edge.name(), look.text.name(), look.quiet.name()
    raised, ground, panel, accent = look.raised.name(), look.ground.name(), look.panel.name(), look.accent.name()
    hover = mixed(look.raised, look.text, 0.08).name()
    faded = mixed(look.panel, look.text, 0.45).name()
    return f"""
    QMenuBar {{ background: {panel}; padding: {gap // 2}px {gap}px; border: none; }}
    QMenuBar::item {{ padding: {gap // 2}px {margin}px; border-radius: {radius}px; background: transparent; }}
    QMenuBar::item:selected {{ background: {hover}; }}
    QMenu {{ background: {raised}; color: {text}; border: 1px solid {edge}; padding: {gap // 2}px; }}
    QMenu::item {{ padding: {gap // 2}px {2 * margin}px; border-radius: {radius}px; }}
    QMenu::item:selected {{ background: {look.accent_fill.name()}; color: {look.on_accent.name()}; }}
    QMenu::item:disabled {{ color: {faded}; background: transparent; }}
    QMenu::separator {{ height: 1px; background: {edge}; margin: {gap // 2}px {gap}px; }}
    QToolBar {{ background: {panel}; border: none; border-bottom: 1px solid {edge}; padding: 0; spacing: 0; }}
    QStatusBar {{ background: {panel}; border-top: 1px solid {edge}; }}
    QStatusBar::item {{ border: none; }}
    QTabBar::tab {{ background: transparent; color: {quiet}; padding: {gap}px {margin}px; border: none;
        border-top-left-radius: {radius}px; border-top-right-radius: {radius}px; }}
    QTabBar::tab:selected {{ background: {ground}; color: {text}; font-weight: 600; }}
    QTabBar::tab:hover:!selected {{ background: {hover}; }}
    QTabBar:focus {{ border-bottom: 1px solid {accent}; }}
    QPushButton {{ background: {raised}; color: {text}; border: 1px solid {edge}; border-radius: {radius}px;
        padding: {gap // 2}px {margin}px; }}
    QPushButton:hover {{ background: {hover}; }}
    QPushButton:pressed {{ background: {edge}; }}
    QPushButton:disabled {{ color: {faded}; }}
    QPushButton:focus {{ border-color: {accent}; }}
    QPushButton#accent {{ background: {look.accent_fill.name()}; color: {look.on_accent.name()};
        border-color: {look.accent_fill.name()}; font-weight: 600; }}
    QPushButton#accent:disabled {{ background: {raised}; color: {faded}; border-color: {edge}; font-weight: 400; }}
    QPushButton#accent:hover {{ background: {mixed(look.accent_fill, look.on_accent, 0.12).name()}; }}
    QLineEdit {{ background: {ground}; color: {text}; border: 1px solid {edge};
        border-radius: {radius}px; padding: {gap // 2}px {gap}px; selection-background-color: {look.accent_fill.name()};
        selection-color: {look.on_accent.name()}; }}
    QLineEdit:focus {{ border-color: {accent}; }}
    QAbstractSpinBox QLineEdit {{ border: none; padding: 0; background: transparent; }}
    QHeaderView {{ background: {ground}; }}
    QHeaderView::section {{ background: {ground}; color: {quiet}; border: none; font-weight: 600;
        padding: {gap // 2}px {gap}px; }}
    QTableCornerButton::section {{ background: {ground}; border: none; }}
    QTableView {{ background: {ground}; border: 1px solid {edge}; border-radius: {radius}px; }}
    QDockWidget {{ color: {quiet}; }}
    QDockWidget::title {{ background: {panel}; padding: {gap // 2}px {margin}px; text-align: left; }}
    QToolButton::menu-indicator {{ image: none; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QListWidget::item {{ padding: {gap}px; border-radius: {radius}px; }}
    QListWidget::item:selected {{ background: {look.accent_fill.name()}; color: {look.on_accent.name()}; }}
    QScrollBar:vertical {{ background: transparent; width: {margin}px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: {margin}px; margin: 0; }}
    QScrollBar::handle {{ background: {edge}; border-radius: {margin // 2 - 2}px; margin: 2px; }}
    QScrollBar::handle:vertical {{ min-height: {3 * margin}px; }}
    QScrollBar::handle:horizontal {{ min-width: {3 * margin}px; }}
    QScrollBar::handle:hover {{ background: {quiet}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """
