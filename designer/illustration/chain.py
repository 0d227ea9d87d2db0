"""What an illustration shows: nodes one after another, the tensors between them, and merges that reach back.

Read from a design and its analysis; what is no such chain is refused in words. Every number is the analysis'.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from designer.analysis.analysis import Analysis
from designer.analysis.cost import NodeCost, added
from designer.analysis.explanation import inside, label_of, name_of
from designer.analysis.report import problem_lines
from designer.errors import EditRefused, IllustrationRefused, InvalidDesign, near
from designer.graph.design import Design, Feed, Node, NodeId, NodePath
from designer.graph.formula import Formulas
from designer.graph.ids import PortRef
from designer.graph.layer import Category, Layer
from designer.graph.operations import Add, Convolution, Operation
from designer.graph.tensor import TensorSpec
from designer.graph.window import Pair
from designer.wording import count

MOST_CHANNELS = 2**16
"""Beside a tensor of more channels, any other would be thinner than a line."""

MOST_STAGES = 16
"""More in a row would leave no room for words."""


class Form(Enum):
    """What made a tensor; the value is the word for it."""

    INPUT = "input"
    POINTWISE = "pointwise"
    DEPTHWISE = "depthwise"
    STANDARD = "standard"
    GROUPED = "grouped"
    MERGE = "merge"
    OTHER = "other"


@dataclass(frozen=True)
class Kernels:
    """The kernels of a convolution, drawn as what they are.

    Attributes:
        form: Which kind of convolution it is.
        count: How many there are.
        rows: Rows of one.
        columns: Columns of one.
        depth: How many channels one reads.
        stride: Step between outputs, down and across.
        is_bound: Whether the input fixes how many there are; otherwise a person does.
    """

    form: Form
    count: int
    rows: int
    columns: int
    depth: int
    stride: Pair
    is_bound: bool

    @property
    def size(self) -> str:
        """``3×3×1``, ``1×1×144``."""
        return f"{self.rows}×{self.columns}×{self.depth}"


@dataclass(frozen=True)
class Activation:
    """An activation behind a stage.

    Attributes:
        path: Its node.
        layer: What it computes.
        operation: The same as an operation, element by element.
    """

    path: NodePath
    layer: Layer
    operation: Operation

    @property
    def title(self) -> str:
        """``ReLU6``."""
        return self.layer.title


@dataclass(frozen=True)
class Stage:
    """A node of the chain, with those behind it that leave the shape as it is.

    Attributes:
        path: The node, from the outermost block inward.
        label: What it is called.
        layer: What it computes.
        takes: The tensor it reads, N×C×H×W.
        gives: The tensor it makes, N×C'×H'×W'.
        form: What it is.
        kernels: Of a convolution.
        formulas: How its parameters and MACs come about; None of a block.
        cost: What the node itself costs.
        activation: The activation behind it; None where its result stays linear.
        followers: Titles of what else stands behind it, such as a batch norm.
        whole_cost: What it costs with all that stands behind it.
    """

    path: NodePath
    label: str
    layer: Layer
    takes: TensorSpec
    gives: TensorSpec
    form: Form
    kernels: Kernels | None
    formulas: Formulas | None
    cost: NodeCost
    activation: Activation | None = None
    followers: tuple[str, ...] = ()
    whole_cost: NodeCost = NodeCost()


@dataclass(frozen=True)
class Merge:
    """A merge with an earlier tensor.

    Attributes:
        path: The node.
        title: ``Residual add``.
        is_sum: Whether it adds element by element: a residual.
        source: Which tensor it reaches back to, 0 for the chain's input.
        target: Which tensor it merges with; the result has that one's shape.
        activation: The activation behind it.
    """

    path: NodePath
    title: str
    is_sum: bool
    source: int
    target: int
    activation: Activation | None = None


@dataclass(frozen=True)
class Chain:
    """What is illustrated.

    Attributes:
        name: What it is called.
        path: The block it is inside of; empty for the design itself.
        block: The block's layer, where it is one.
        entry: The tensor it reads, N×C×H×W.
        stages: In order of execution; stage i makes tensor i + 1.
        merges: In order of execution.
    """

    name: str
    path: NodePath
    block: Layer | None
    entry: TensorSpec
    stages: tuple[Stage, ...]
    merges: tuple[Merge, ...]

    @property
    def tensors(self) -> tuple[TensorSpec, ...]:
        """The input, and what each stage makes."""
        return (self.entry, *(stage.gives for stage in self.stages))

    @property
    def cost(self) -> NodeCost:
        """What its convolutions and other stages cost, norms and activations left out."""
        return added(stage.cost for stage in self.stages)

    @property
    def residuals(self) -> tuple[Merge, ...]:
        """Merges in which an earlier tensor is added."""
        return tuple(merge for merge in self.merges if merge.is_sum)


def block_chain(analysis: Analysis, path: NodePath = ()) -> Chain:
    """What is inside a block, or the whole design for an empty path.

    Raises:
        IllustrationRefused: There is no such block, or it is no chain with merges; the text says where and why.
        InvalidDesign: The design has problems.
    """
    return _drawable(body_chain(_valid(analysis), path))


def selection_chain(analysis: Analysis, ids: Collection[NodeId], within: NodePath = ()) -> Chain:
    """Some nodes of a design, or of what is inside a block.

    Raises:
        IllustrationRefused: They are no chain with merges; the text says where and why.
        InvalidDesign: The design has problems.
    """
    holder = _held(_valid(analysis), within)
    if not ids:
        raise IllustrationRefused("nothing is selected; select a block or a few nodes in a row")
    for id in ids:
        _present(holder.design, id)
    only, *others = ids
    if not others and holder.node(only).inner is not None:
        return _drawable(body_chain(analysis, (*within, only)))
    parts = [id for id in holder.design.order if id in ids and _computes(holder.design.nodes[id])]
    return _drawable(_Reader(holder, within, name_of(analysis, within), None).read(parts))


def _drawable(chain: Chain) -> Chain:
    """Raise IllustrationRefused where there is no room for so much."""
    if len(chain.stages) > MOST_STAGES:
        raise IllustrationRefused(
            f"{chain.name} has {len(chain.stages)} steps in a row and an illustration has room for {MOST_STAGES}; "
            "select a part of it"
        )
    for place, spec in enumerate(chain.tensors):
        if spec.channels > MOST_CHANNELS:
            where = chain.stages[place - 1].label if place else f"what {chain.name} reads"
            raise IllustrationRefused(
                f"{where} has {count(spec.channels)} channels, and beside them any other tensor would be thinner than "
                f"a line; an illustration takes {count(MOST_CHANNELS)} at most"
            )
    return chain


def _valid(analysis: Analysis) -> Analysis:
    if not analysis.is_valid:
        raise InvalidDesign(problem_lines(analysis))
    return analysis


def body_chain(analysis: Analysis, path: NodePath = ()) -> Chain:
    """What is inside a block of a sound design, however long and thick.

    Raises:
        IllustrationRefused: It is no chain.
    """
    holder, block = _held(analysis, path), None
    if path:
        outer = _held(analysis, path[:-1])
        block = outer.design.nodes[path[-1]].layer
    parts = [id for id in holder.design.order if _computes(holder.design.nodes[id])]
    return _Reader(holder, path, name_of(analysis, path), block).read(parts)


def _held(analysis: Analysis, path: NodePath) -> Analysis:
    """What is inside a block."""
    for depth, id in enumerate(path):
        within = inside(analysis, path[:depth])
        assert within is not None  # each step before was asked for
        _present(within.design, id)
        if within.node(id).inner is None:
            title = within.design.nodes[id].title
            raise IllustrationRefused(
                f"{'.'.join(path[: depth + 1])} ({title}) is no block, so nothing is inside; "
                "give a block, or select several nodes in a row"
            )
    found = inside(analysis, path)
    assert found is not None
    return found


def _present(design: Design, id: NodeId) -> None:
    try:
        design.node(id)
    except EditRefused:
        raise IllustrationRefused(f"there is no node '{id}'{near(id, design.nodes)}") from None


def _computes(node: Node) -> bool:
    """Whether it is neither an input nor an output of its design."""
    return bool(node.layer.inputs and node.layer.outputs)


class _Reader:
    """Follows a chain node by node."""

    def __init__(self, analysis: Analysis, path: NodePath, name: str, block: Layer | None) -> None:
        self._analysis, self._design = analysis, analysis.design
        self._path, self._name, self._block = path, name, block
        self._stages: list[Stage] = []
        self._merges: list[Merge] = []
        self._places: dict[PortRef, int] = {}
        self._tensors: list[TensorSpec] = []

    def read(self, parts: Sequence[NodeId]) -> Chain:
        """The chain of these nodes, which are in order of execution."""
        if not parts:
            raise IllustrationRefused(f"{self._name} holds no layer that computes anything; place one first")
        entry = self._entry(parts)
        self._places[entry] = 0
        spec = self._analysis.spec(entry)
        assert spec is not None  # of a valid design every shape is known
        self._tensors = [spec]
        self._require_map(spec, entry.node)
        for id in parts:
            self._take(self._design.nodes[id])
        return Chain(self._name, self._path, self._block, spec, tuple(self._stages), tuple(self._merges))

    def _entry(self, parts: Sequence[NodeId]) -> PortRef:
        """The one tensor that is read from outside."""
        own = set(parts)
        entries = {feed.ref: id for id in parts for feed in self._feeds(id) if feed.node not in own}
        if len(entries) != 1:
            names = " and ".join(f"{ref.node} (read by {id})" for ref, id in list(entries.items())[:3])
            raise IllustrationRefused(
                f"{self._name} is no chain: it reads {len(entries)} tensors from outside, {names}; "
                "select nodes that read one"
            )
        (entry,) = entries
        return entry

    def _feeds(self, id: NodeId) -> list[Feed]:
        return [feed for feed in self._design.feeds[id] if feed is not None]

    def _take(self, node: Node) -> None:
        last = len(self._stages)
        reads = [self._places.get(feed.ref) for feed in self._feeds(node.id)]
        outputs = self._analysis.node(node.id).outputs or ()
        if len(outputs) != 1:
            raise self._no_chain(node, f"it gives {len(outputs)} tensors")
        if any(place is None for place in reads):
            raise self._no_chain(node, "it reads what is on another branch")
        places = [place for place in reads if place is not None]
        if last not in places:
            raise self._no_chain(node, "a second branch begins")
        self._require_map(outputs[0], node.id)
        sources = sorted({*places} - {last})
        if len(places) > 1 or not self._folded(node, outputs[0]):
            self._append_unless_added(node, outputs[0], bool(sources))
        path = (*self._path, node.id)
        for source in sources:
            self._merges.append(Merge(path, node.layer.title, self._is_sum(node), source, len(self._stages)))
        self._stands(node)

    def _stands(self, node: Node) -> None:
        """What a node gives stands at the end now; what stood in that place can be reached no more."""
        last = len(self._stages)
        for ref in [ref for ref, place in self._places.items() if place == last]:
            del self._places[ref]
        self._places[PortRef(node.id, node.layer.outputs[0].name)] = last

    def _append_unless_added(self, node: Node, gives: TensorSpec, reaches_back: bool) -> None:
        """A stage of its own, but for a merge whose result is like the tensor before it and takes its place."""
        if reaches_back and self._stages and gives.shape == self._tensors[-1].shape:
            return
        self._stages.append(self._stage(node, self._tensors[-1], gives))
        self._tensors.append(gives)

    def _is_sum(self, node: Node) -> bool:
        steps = () if node.layer.is_block else node.layer.lower(*self._analysis.node(node.id).known_inputs or ())
        return all(isinstance(step.operation, Add) for step in steps)

    def _folded(self, node: Node, gives: TensorSpec) -> bool:
        """Whether it was taken as a part of the stage or the merge before it, because it leaves the shape as it is."""
        cost = self._analysis.node(node.id).cost or NodeCost()
        if not self._stages or cost.macs or gives.shape != self._tensors[-1].shape or node.layer.is_block:
            return False
        stage = self._stages[-1]
        is_activation = node.layer.category is Category.ACTIVATION and not node.layer.is_bypassed
        merged = self._merges and self._merges[-1].target == len(self._stages)
        whole = added([stage.whole_cost, cost])
        if not is_activation:
            named = (*stage.followers, node.title)
            self._stages[-1] = replace(stage, followers=named, whole_cost=whole)
            return True
        activation = self._activation(node)
        if merged:
            if self._merges[-1].activation is not None:
                return False
            self._merges[-1] = replace(self._merges[-1], activation=activation)
            return True
        if stage.activation is not None:
            return False
        self._stages[-1] = replace(stage, activation=activation, whole_cost=whole)
        return True

    def _activation(self, node: Node) -> Activation:
        inputs = self._analysis.node(node.id).known_inputs or ()
        return Activation((*self._path, node.id), node.layer, node.layer.lower(*inputs)[-1].operation)

    def _stage(self, node: Node, takes: TensorSpec, gives: TensorSpec) -> Stage:
        report = self._analysis.node(node.id)
        inputs, cost = report.known_inputs or (), report.cost or NodeCost()
        kernels, formulas = None, None
        form = Form.MERGE if len(inputs) > 1 else Form.OTHER
        if not node.layer.is_block and not node.layer.is_bypassed:
            formulas = node.layer.formulas(*inputs)
            kernels = _kernels(node.layer, inputs)
            form = kernels.form if kernels is not None else form
        path = (*self._path, node.id)
        label = label_of(node)
        return Stage(path, label, node.layer, takes, gives, form, kernels, formulas, cost, whole_cost=cost)

    def _no_chain(self, node: Node, why: str) -> IllustrationRefused:
        return IllustrationRefused(
            f"{self._name} is no chain: at {label_of(node)} ({node.layer.title}) {why}; "
            "an illustration shows nodes in a row, and merges that reach back to an earlier one: select such a part"
        )

    def _require_map(self, spec: TensorSpec, id: NodeId) -> None:
        where = label_of(self._design.nodes[id])
        if not spec.is_map:
            raise IllustrationRefused(
                f"{where} gives {spec.described}, and an illustration shows maps, which have channels, height and "
                "width; select the nodes before it"
            )


def _kernels(layer: Layer, inputs: tuple[TensorSpec, ...]) -> Kernels | None:
    """The kernels of a layer that is one convolution."""
    found = [step.operation for step in layer.lower(*inputs) if isinstance(step.operation, Convolution)]
    if len(found) != 1:
        return None
    (operation,) = found
    depth = operation.in_channels // operation.groups
    # How many filters there are is a person's choice where a parameter says it.
    is_bound = all(parameter.name != "out_channels" for parameter in layer.parameters)
    rows, columns = operation.kernel
    return Kernels(_form(operation, is_bound), operation.out_channels, rows, columns, depth, operation.stride, is_bound)


def _form(operation: Convolution, is_bound: bool) -> Form:
    if operation.is_depthwise or is_bound:
        return Form.DEPTHWISE
    if operation.groups > 1:
        return Form.GROUPED
    return Form.POINTWISE if operation.kernel == (1, 1) else Form.STANDARD
