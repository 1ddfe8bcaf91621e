"""Classify arrays with a learned network, one by one and many at once."""

import numpy as np

import spikeloom as sl

network = sl.load_network("zoo:mnist-5-deployed")
images = np.zeros((3, 28, 28), np.uint8)
images[:, 4:24, 13:15] = 255
predictions: list[sl.Prediction] = sl.predict(network, images)
for prediction in predictions:
    name: str = prediction.class_name
    share: float = prediction.votes[name]
    print(name, share, prediction.tied, prediction.activity.events)
