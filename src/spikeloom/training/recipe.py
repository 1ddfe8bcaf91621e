"""What a recipe can say: how a network is shaped and trained, every key with its default and what it allows."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from spikeloom.data.named import Name
from spikeloom.errors import DataError, FitError, RecipeError
from spikeloom.interface import Preparation, Presentation, Still, Stream
from spikeloom.interface.delays import NOW
from spikeloom.interface.part import Part, named_or
from spikeloom.interface.record import is_text
from spikeloom.network.learned import BiasRounding, Convention
from spikeloom.network.proposals import example_that_fits
from spikeloom.network.topology import Topology, Windows

Extent = int | tuple[int, int]


class DataChoice(Preparation):
    """Which data set, how it is read, and how many training examples are held out to choose on."""

    name: Name | None = Field(default=None, description="of a known data set")
    path: str | None = Field(default=None, pattern=r"^[^\x00]*$", description="of a folder or file, in place of a name")
    validation: float = Field(default=1 / 12, gt=0, lt=1, description="share of the training set held out")

    @field_validator("path")
    @classmethod
    def _can_be_written(cls, path: str | None) -> str | None:
        if path is not None and not is_text(path):
            raise ValueError(f"path {path!a} is no UTF-8, which a recipe's file is; rename it")
        return path

    @model_validator(mode="after")
    def _is_one(self) -> DataChoice:
        if self.name is not None and self.path is not None:
            raise ValueError(f"name '{self.name}' and path '{self.path}'; give one of them")
        return self

    @property
    def preparation(self) -> Preparation:
        """What is done to pictures and recordings when they are read."""
        return Preparation(**{key: getattr(self, key) for key in Preparation.model_fields})

    @property
    def source(self) -> str:
        """What `load_dataset` is to load: the path, or else the name; RecipeError where there is neither."""
        source = self.path or self.name
        if source is None:
            raise RecipeError("recipe: names no data; set data.name or data.path, or pass --data")
        return source


class Layer(Part):
    """One layer of windows; two numbers are rows and columns, one number is both."""

    window: Extent = Field(description="rows and columns of what a core sees, or one number for both")
    stride: Extent = Field(default=1, description="from one window to the next")
    features: int | None = Field(
        default=None, description="neurons a window takes of each core below; as many as fit by default"
    )
    shared: bool = Field(default=False, description="neurons that would go nowhere share the axons")
    repeats: int = Field(default=1, description="axons of different types that each pixel of a window gets")

    neurons: int | None = Field(default=None, description="of each of its cores that are used; all by default")

    def windows(self) -> Windows:
        """Give the layer as the topology wants it."""
        return Windows(_pair(self.window), _pair(self.stride), self.features, self.shared, self.repeats, self.neurons)


class Probabilities(Part):
    """Probabilities of spikes and synapses are trained, and sampled to deploy; `boundary`, `variance_floor` and
    `bias_rounding` are those of `spikeloom.network.learned.Convention`."""

    on_spikes: ClassVar[bool] = False

    name: Literal["probabilities"] = "probabilities"
    sharpen: float = Field(default=0.0, ge=0, description="weight of c (1 - c) in the loss, from a third on")
    dropout: float = Field(default=0.0, ge=0, lt=1, description="share of hidden spikes dropped in training")
    boundary: float = Field(default=0.5, ge=0, le=1, description="where the Gaussian sum is cut")
    variance_floor: float = Field(default=0.01, gt=0, description="keeps a blank window finite")
    bias_rounding: BiasRounding = Field(default="nearest", description="from a bias to the chip's integer leak")

    @property
    def convention(self) -> Convention:
        """How the learned network's numbers are to be read."""
        return Convention(self.boundary, self.variance_floor, self.bias_rounding)


class Deployed(Part):
    """The deployed network itself is trained; see `spikeloom.training.deployed`."""

    on_spikes: ClassVar[bool] = True

    name: Literal["deployed"] = "deployed"
    surrogate_width: float = Field(default=1.0, gt=0, description="of a spike's slope, in widths of the potential")
    active_share: float = Field(
        default=0.15, gt=0, le=1, description="of the axons that spike, by which a potential's width is told"
    )
    strength_rate: float = Field(default=1.0, ge=0, description="of strengths, in learning rates; 0 keeps them")
    event_cost: float = Field(default=0.0, ge=0, description="in the loss, of 65,536 synaptic events")
    dropout: float = Field(default=0.0, ge=0, lt=1, description="share of the spikes on axons dropped in training")
    sharpness: float = Field(default=0.5, gt=0, description="of the softmax over a core's votes, at the start")

    @property
    def convention(self) -> Convention:
        """How the learned network's numbers are to be read: its biases are whole, and nothing is cut."""
        return Convention()


class Adam(Part):
    """Adam, with the betas that torch has."""

    name: Literal["adam"] = "adam"


class Sgd(Part):
    """Gradient descent with momentum."""

    name: Literal["sgd"] = "sgd"
    momentum: float = Field(default=0.9, ge=0, lt=1, description="share of the last step that is kept")


class OneCycle(Part):
    """One cycle of the rate: up to `train.learning_rate` in a third of the training, then down to nothing."""

    name: Literal["one-cycle"] = "one-cycle"


class Stepped(Part):
    """The rate is divided by ten again and again."""

    name: Literal["stepped"] = "stepped"
    epochs: int = Field(default=250, ge=1, description="between two divisions by ten")


Method = Annotated[Probabilities | Deployed, Field(discriminator="name"), BeforeValidator(named_or("probabilities"))]
Optimiser = Annotated[Adam | Sgd, Field(discriminator="name"), BeforeValidator(named_or("adam"))]
Schedule = Annotated[OneCycle | Stepped, Field(discriminator="name"), BeforeValidator(named_or("one-cycle"))]


class Training(Part):
    """Epochs, batches, the optimiser and its schedule."""

    epochs: int = Field(default=12, ge=1, description="times that every training image is shown")
    batch: int = Field(default=100, ge=1, description="images of a step")
    optimiser: Optimiser = Field(default=Adam(), description="that takes the steps")
    learning_rate: float = Field(default=0.02, gt=0, description="of a step, the largest of a cycle")
    schedule: Schedule = Field(default=OneCycle(), description="of the learning rate")
    patience: int = Field(default=0, ge=0, description="epochs without a better one before it ends early; 0 never ends")
    precision: Literal["float32", "bfloat16"] = Field(default="float32", description="of the products of a step")


class Augmentation(Part):
    """The largest change of a training image: degrees, pixels, fraction; and how far it is bent, in pixels."""

    rotation: float = Field(default=0.0, ge=0, le=180, description="degrees, either way")
    shift: float = Field(default=0.0, ge=0, description="pixels, either way")
    scale: float = Field(default=0.0, ge=0, lt=1, description="share by which it grows or shrinks")
    elastic: float = Field(default=0.0, ge=0, description="standard deviation by which control points move")
    elastic_distance: float = Field(default=7.0, ge=0.5, description="pixels between control points")


class Recipe(Part):
    """A whole recipe, every default filled in."""

    name: str = Field(pattern=r"^\w[\w.-]*$", description="also the name of its run folder")
    seed: int = Field(default=0, ge=0, lt=2**32, description="root of every random draw")
    data: DataChoice = DataChoice()
    layers: tuple[Layer, ...] = Field(min_length=1)
    interface: Presentation = Presentation()
    method: Method = Field(default=Probabilities(), description="what is trained")
    train: Training = Training()
    augment: Augmentation = Augmentation()

    @model_validator(mode="after")
    def _repeats_are_independent(self) -> Recipe:
        repeated = any(layer.repeats > 1 for layer in self.layers)
        if repeated and self.method.name == "probabilities" and not self.interface.coding.certain:
            raise ValueError(
                "layers.repeats: repeated pixels carry the same spike; the probabilities take them for independent; "
                'set interface.coding="threshold" or method="deployed"'
            )
        return self

    @model_validator(mode="after")
    def _is_shown_as_trained(self) -> Recipe:
        if self.interface.reset:
            raise ValueError("interface.reset: networks that are trained keep nothing from tick to tick; leave it out")
        return self

    def presentation(self, n_frames: int | None) -> Presentation:
        """Give how examples of so many frames are shown, None for single images.

        Raises
        ------
        DataError
            If the recipe is for examples of another number of frames.
        """
        shown = self.interface.frames
        if isinstance(shown, Stream) and shown.frames != n_frames:
            found = "single images" if n_frames is None else f"{n_frames} frames an example"
            raise DataError(f"data: {found}; the recipe's interface.frames takes {shown.frames}; leave that key out")
        if n_frames is None and self.interface.delays != NOW:
            raise DataError(
                f"data: single images; interface.delays {list(self.interface.delays)} are for sequences of frames: "
                "leave that key out"
            )
        if n_frames is None or isinstance(shown, Stream):
            return self.interface
        if not isinstance(shown, Still):
            raise DataError(f"data: {n_frames} frames an example; interface.frames '{shown.name}' is for single images")
        stream = Stream(frames=n_frames, ticks=shown.ticks)
        return self.interface.model_copy(update={"frames": stream})

    def topology(self, value_shape: tuple[int, int, int], n_classes: int) -> Topology:
        """Give the topology over data of this shape; FitError where it does not fit names one that does."""
        rows, columns, channels = value_shape
        coded = (rows, columns, channels * self.interface.lines_per_value)
        try:
            return Topology(coded, n_classes, tuple(layer.windows() for layer in self.layers))
        except FitError as error:
            raise FitError(f"{error}; {example_that_fits(coded, n_classes)}") from error


def _pair(extent: Extent) -> tuple[int, int]:
    return (extent, extent) if isinstance(extent, int) else extent
