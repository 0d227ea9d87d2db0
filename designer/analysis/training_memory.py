"""What training a design holds in memory: parameters, gradients, the optimiser's state, and kept activations.

    total = parameters + gradients + optimiser state + running statistics + kept activations

Gradients are as large as the parameters. SGD keeps nothing more, SGD with momentum one number a parameter, Adam two
(Kingma and Ba 2015, alg. 1: both moments). Kept activations: the backward pass reads what the forward pass wrote, so
every tensor that takes room of its own is kept until then, all of them at once. That is the most PyTorch keeps: a
tensor whose values no gradient needs is let go earlier, as what an addition alone reads, and what a ReLU reads, whose
gradient needs only its output (a third of a network of convolution, norm and ReLU). A library's scratch space is not
counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from designer.analysis.analysis import Analysis
from designer.wording import memory


class Optimiser(Enum):
    """What changes the parameters, and how many numbers it keeps for each."""

    SGD = ("SGD", 0)
    SGD_MOMENTUM = ("SGD with momentum", 1)
    ADAM = ("Adam", 2)

    @property
    def title(self) -> str:
        """Its name."""
        return self.value[0]

    @property
    def numbers_kept(self) -> int:
        """Numbers kept for each parameter from one step to the next."""
        return self.value[1]


@dataclass(frozen=True)
class TrainingMemory:
    """Bytes that one training step holds.

    Attributes:
        optimiser: What changes the parameters.
        parameter_bytes: Of the trained numbers.
        gradient_bytes: Of their gradients.
        optimiser_bytes: Of what the optimiser keeps.
        buffer_bytes: Of running statistics.
        kept_activation_bytes: Of the tensors kept for the backward pass.
    """

    optimiser: Optimiser
    parameter_bytes: int
    gradient_bytes: int
    optimiser_bytes: int
    buffer_bytes: int
    kept_activation_bytes: int

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return (
            self.parameter_bytes
            + self.gradient_bytes
            + self.optimiser_bytes
            + self.buffer_bytes
            + self.kept_activation_bytes
        )

    @property
    def formula(self) -> str:
        """The sum in words."""
        return (
            f"{memory(self.parameter_bytes)} of parameters + {memory(self.gradient_bytes)} of gradients + "
            f"{memory(self.optimiser_bytes)} of {self.optimiser.title}'s state + {memory(self.buffer_bytes)} of "
            f"running statistics + {memory(self.kept_activation_bytes)} of kept activations = "
            f"{memory(self.total_bytes)}"
        )


def training_memory(analysis: Analysis, optimiser: Optimiser = Optimiser.ADAM) -> TrainingMemory:
    """What training a design holds, at the analysis' batch; unknown shapes count as nothing.

    Args:
        analysis: Of the whole design.
        optimiser: What changes the parameters.
    """
    parameters = buffers = kept = 0
    for path, node, report in analysis.primitives():
        inputs, outputs = report.known_inputs, report.outputs
        if inputs:
            for weight in node.layer.weights(*inputs):
                size = weight.bytes(inputs[0].dtype)
                buffers += size * weight.is_buffer
                parameters += size * (not weight.is_buffer)
        is_inner_entrance = len(path) > 1 and not node.layer.inputs
        if outputs and node.layer.outputs and not report.is_view and not is_inner_entrance:
            kept += sum(spec.bytes for spec in outputs)
    return TrainingMemory(
        optimiser,
        parameters,
        parameters,
        parameters * optimiser.numbers_kept,
        buffers,
        kept,
    )
