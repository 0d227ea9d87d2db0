"""A headless Chromium for tests, told what to do through a pair of pipes; no package is needed, and no network."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
_LIMIT_S = 60.0


def chromium() -> str | None:
    """Where Debian's Chromium, or one like it, is; None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One page, by Chromium's debugging protocol: JSON messages that end in a zero byte."""

    def __init__(self, orders: int, answers: int) -> None:
        self._orders, self._answers = orders, answers
        self._number = 0
        self._rest = b""
        self._session = ""
        self.requested: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Accessibility"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        """Send an order, and wait for its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._orders, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + _LIMIT_S
        while time.monotonic() < end:
            told = self._next()
            if told.get("method") == "Network.requestWillBeSent":
                self.requested.append(told["params"]["request"]["url"])
            if told.get("id") == self._number:
                assert "error" not in told, told
                return told["result"]
        raise TimeoutError(method)

    def open(self, file: Path) -> None:
        """Open a file with the network cut off."""
        self.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
        self.call("Page.navigate", url=file.as_uri())
        end = time.monotonic() + _LIMIT_S
        while self.value("document.readyState") != "complete":
            assert time.monotonic() < end
            time.sleep(0.05)

    def value(self, expression: str) -> Any:
        """What an expression is worth on the page."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def click(self, selector: str) -> None:
        """Press and release the mouse in the middle of an element, wherever it is."""
        box = self.value(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView();"
            " const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def press(self, key: str, code: int) -> None:
        """Press and release a key."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def heard(self) -> list[tuple[str, str]]:
        """Role and name of everything that a screen reader finds."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [
            (str(node["role"]["value"]), str(node.get("name", {}).get("value", "")))
            for node in nodes
            if not node.get("ignored") and "role" in node
        ]

    def _next(self) -> Any:
        while b"\0" not in self._rest:
            read = os.read(self._answers, 1 << 16)
            if not read:
                raise RuntimeError("the browser has gone")
            self._rest += read
        line, _, self._rest = self._rest.partition(b"\0")
        return json.loads(line)


@contextmanager
def browser(home: Path) -> Iterator[Browser]:
    """A browser that keeps what it must in a folder, and is gone afterwards."""
    program = chromium()
    assert program is not None  # the caller looked
    (low_orders, orders), (answers, low_answers) = os.pipe(), os.pipe()
    their_orders, their_answers = (fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (low_orders, low_answers))
    os.close(low_orders)
    os.close(low_answers)
    words = [
        *(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
        *("--remote-debugging-pipe", f"--user-data-dir={home}", "--window-size=1280,1000", "about:blank"),
    ]
    # The browser reads orders from its third stream and answers on its fourth, so neither may be in the other's place.
    shell = ["bash", "-c", f'exec "$@" 3<&{their_orders} 4>&{their_answers}', "bash", *words]
    log = (home.parent / "browser.log").open("wb")
    running = subprocess.Popen(
        shell, pass_fds=(their_orders, their_answers), stdin=subprocess.DEVNULL, stdout=log, stderr=log
    )
    os.close(their_orders)
    os.close(their_answers)
    try:
        yield Browser(orders, answers)
    finally:
        os.close(orders)
        running.kill()
        with suppress(subprocess.TimeoutExpired):
            running.wait(10)
        os.close(answers)
        log.close()
