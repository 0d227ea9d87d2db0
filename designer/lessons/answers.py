"""What answers a lesson's question: what must be measured for it, and what the truth then is.

What can be computed needs nothing measured; what is measured is asked for as records, and whoever has a worker, or
PyTorch, runs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.explanation import Explanation
from designer.analysis.figures.registry import figure
from designer.analysis.memory_timeline import memory_timeline_of
from designer.analysis.report import problem_lines
from designer.errors import DesignerError, InvalidDesign
from designer.graph.design import Design, NodeId
from designer.illustration.anatomy import Saving, saving
from designer.illustration.chain import body_chain
from designer.illustration.sentences import saving_sentence, share_words
from designer.layers.activation import Activation
from designer.layers.endpoints import Input, Output
from designer.lessons.lesson import Answer, AnswerKind, Lesson, Texts, Truth
from designer.measurement.interleaved import PairReport
from designer.measurement.options import EAGER, PairOptions, RooflineOptions
from designer.measurement.roofline import RooflineReport
from designer.measurement.spiral import DEFINITION, MOST_CHANNELS, SOURCE, SpiralOptions, SpiralReport
from designer.templates.table import chain
from designer.timing.statistics import CONFIDENCE
from designer.wording import memory, percentage

_MOST_LINES = 8

_DEFINITION_ZH = (
    "“保留”是指：用一次函数从还原后的点读出原来的螺旋，所能解释的方差占比；"
    "100 % 是同一条螺旋，允许拉伸、旋转或平移；0 % 表示完全看不出点在哪里。"
)
"""What is meant by kept, in Chinese."""


class PairWanted(NamedTuple):
    """Two designs to be measured in turns; gives a PairReport.

    Attributes:
        first: What the ratio has below the line.
        second: What it has above.
        options: On which backends, and for how long.
    """

    first: Design
    second: Design
    options: PairOptions


class RooflineWanted(NamedTuple):
    """A design to be held against the machine's peaks; gives a RooflineReport."""

    design: Design
    options: RooflineOptions


class SpiralWanted(NamedTuple):
    """A spiral to be passed through an activation; gives a SpiralReport."""

    options: SpiralOptions


Wanted = PairWanted | RooflineWanted | SpiralWanted
Found = PairReport | RooflineReport | SpiralReport


def wanted(lesson: Lesson, mine: Design, seconds: float = 6.0) -> tuple[Wanted, ...]:
    """What must be run before the truth is known; nothing where it can be computed.

    Args:
        lesson: The lesson.
        mine: The design on the canvas.
        seconds: How long a measurement may take.

    Raises:
        InvalidDesign: The design has problems.
        DesignerError: It is no design that the question can be asked of.
    """
    answer, analysis = lesson.answer, _valid(mine)
    match answer.kind:
        case AnswerKind.KEPT:
            return (SpiralWanted(SpiralOptions(channels=(_channels(analysis, answer),), activation=Activation.RELU)),)
        case AnswerKind.TIME_OF_STANDARD:
            pair = PairWanted(standard_of(analysis), mine, PairOptions(time_limit=seconds))
            return pair, RooflineWanted(mine, RooflineOptions(time_limit=seconds))
        case AnswerKind.TIME_OF_BACKEND:
            options = PairOptions(backend=EAGER, against_backend=answer.backend, time_limit=seconds)
            return (PairWanted(mine, mine, options),)
    return ()


def truth(lesson: Lesson, mine: Design, start: Design, found: Sequence[Found] = ()) -> Truth:
    """The answer.

    Args:
        lesson: The lesson.
        mine: The design on the canvas.
        start: The design that the lesson begins with.
        found: What was wanted, in its order.

    Raises:
        InvalidDesign: The design has problems.
        DesignerError: It is no design that the question can be asked of.
    """
    answer, analysis = lesson.answer, _valid(mine)
    match answer.kind:
        case AnswerKind.FIGURE:
            return _figure(answer, analysis, _valid(start))
        case AnswerKind.SAVING:
            return _saving(analysis)
        case AnswerKind.PEAK_IN_INPUTS:
            peak = _peak_bytes(analysis)
            return Truth(peak / _bytes_of_input(analysis), (*_live_set(analysis),))
        case AnswerKind.PEAK_SHARE:
            return _peak_share(answer, analysis)
        case AnswerKind.KEPT:
            return _kept(found)
        case AnswerKind.TIME_OF_STANDARD | AnswerKind.TIME_OF_BACKEND:
            return _time(answer, analysis, found)


def standard_of(analysis: Analysis) -> Design:
    """The standard convolution that makes the same map of a design's input as its separable one.

    Raises:
        DesignerError: It has none.
    """
    pair = _separated(analysis)
    entry, (stage,) = pair.standard.entry, pair.standard.stages
    name = f"standard {stage.label}"
    source = Input(entry.channels, entry.height, entry.width)
    return chain(name, [("input", source), ("standard", stage.layer), ("output", Output())])


def _valid(design: Design) -> Analysis:
    analysis = analyse(design)
    if not analysis.is_valid:
        raise InvalidDesign(problem_lines(analysis))
    return analysis


def _said(english: str, chinese: str = "") -> Texts:
    """A line of evidence; what has no Chinese form is said in English there too."""
    return {"en": english, "zh": chinese} if chinese else {"en": english}


def _separated(analysis: Analysis) -> Saving:
    found = saving(body_chain(analysis))
    if found is None or not found.is_separable:
        raise DesignerError(
            f"{analysis.design.name} has no depthwise with a pointwise behind it any more; undo until it has"
        )
    return found


def _figure(answer: Answer, analysis: Analysis, start: Analysis) -> Truth:
    asked = figure(answer.figure)
    value = asked.known_of_design(analysis)
    if value is None:
        raise DesignerError(f"{asked.title} of {analysis.design.name} is unknown, as a shape is")
    explanation = asked.explain(analysis, ())
    has_formula = bool(explanation.symbols or explanation.terms)
    evidence = _formula(explanation) if has_formula else (_said(f"{asked.title}: {asked.said(analysis)}"),)
    if not answer.is_share:
        return Truth(float(value), evidence)
    base = asked.known_of_design(start)
    if not base:
        raise DesignerError(f"{asked.title} of {start.design.name} is nothing, so there is no share of it")
    now, first = asked.words(value), asked.words(base)
    said = _said(f"{now} of {first} at first", f"现在 {now}，起初 {first}")
    return Truth(100 * value / base, (said, *evidence))


def _formula(explanation: Explanation) -> tuple[Texts, ...]:
    """The formula, and the largest parts of a sum."""
    terms = (f"{term.label}: {term.text}, {percentage(term.share)}" for term in explanation.terms[:_MOST_LINES])
    return tuple(map(_said, (f"{explanation.title}: {explanation.line}", *terms)))


def _saving(analysis: Analysis) -> Truth:
    pair = _separated(analysis)
    chinese = f"深度可分离卷积的乘加运算是标准卷积的 {percentage(pair.share)}。"
    return Truth(100 * pair.share, (_said(share_words(pair)), _said(saving_sentence(pair), chinese)))


def _peak_bytes(analysis: Analysis) -> int:
    return memory_timeline_of(analysis).peak_bytes


def _bytes_of_input(analysis: Analysis) -> int:
    (first, *_) = analysis.design.input_nodes()
    outputs = analysis.node(first.id).outputs
    assert outputs is not None  # the design is valid
    return outputs[0].bytes


def _live_set(analysis: Analysis) -> tuple[Texts, ...]:
    """What lives at the peak, a line each."""
    live = memory_timeline_of(analysis).largest_live_set()
    assert live is not None  # the design is valid
    where = ".".join(live.step.path)
    lines = (
        f"{'.'.join(span.path)}: {span.spec.label}, {memory(span.bytes)}, {percentage(span.bytes / live.step.bytes)}"
        for span in live.spans[:_MOST_LINES]
    )
    most = memory(live.step.bytes)
    head = _said(f"most lives while {where} runs, {most}:", f"{where} 运行时占用最多，共 {most}：")
    return (head, *map(_said, lines))


def _peak_share(answer: Answer, analysis: Analysis) -> Truth:
    _require_node(analysis, answer)
    live = memory_timeline_of(analysis).largest_live_set()
    assert live is not None  # the design is valid
    held = sum(span.bytes for span in live.spans if span.path == (NodeId(answer.node),))
    return Truth(100 * held / live.step.bytes, _live_set(analysis))


def _require_node(analysis: Analysis, answer: Answer) -> None:
    if NodeId(answer.node) not in analysis.design.nodes:
        raise DesignerError(f"the question is about the node '{answer.node}', which is gone; undo until it is there")


def _channels(analysis: Analysis, answer: Answer) -> int:
    """How many channels a node gives."""
    _require_node(analysis, answer)
    outputs = analysis.node(NodeId(answer.node)).outputs
    assert outputs is not None  # the design is valid
    channels = outputs[0].channels
    if not 2 <= channels <= MOST_CHANNELS:
        raise DesignerError(f"{answer.node} gives {channels} channels, and the experiment takes 2 to {MOST_CHANNELS}")
    return channels


def _kept(found: Sequence[Found]) -> Truth:
    (report,) = found
    assert isinstance(report, SpiralReport)  # what was wanted
    (channels,) = report.options.channels
    spread = report.spread(channels)
    over = f"over {len(spread.shares)} random matrices: {percentage(spread.low)} to {percentage(spread.high)}"
    said = f"{percentage(spread.median)} in {channels} channels, the middle {over}"
    chinese = (
        f"{channels} 个通道时保留 {percentage(spread.median)}，即 {len(spread.shares)} 个随机矩阵的中位数；"
        f"范围是 {percentage(spread.low)} 到 {percentage(spread.high)}"
    )
    return Truth(100 * spread.median, (_said(said, chinese), _said(DEFINITION, _DEFINITION_ZH), _said(SOURCE)))


def _time(answer: Answer, analysis: Analysis, found: Sequence[Found]) -> Truth:
    pair = next(each for each in found if isinstance(each, PairReport))
    ratio = pair.ratio
    chinese = f"用时是对照的 {percentage(ratio.ratio)}，区间是 {percentage(ratio.low)} 到 {percentage(ratio.high)}。"
    evidence = [_said(f"{pair.sentence}.", chinese), _said(pair.text)]
    if answer.kind is AnswerKind.TIME_OF_STANDARD:
        share = percentage(_separated(analysis).share)
        evidence.append(_said(f"MACs: {share} of the standard one's", f"MACs：标准卷积的 {share}"))
    for report in found:
        if isinstance(report, RooflineReport):
            evidence += map(_said, report.sentences[:_MOST_LINES])
    is_known = ratio.coverage >= CONFIDENCE
    low, high = (100 * ratio.low, 100 * ratio.high) if is_known else (-inf, inf)
    return Truth(100 * ratio.ratio, tuple(evidence), pair.warning, low, high)
