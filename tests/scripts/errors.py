"""Catch what spikeloom refuses."""

import spikeloom as sl

messages: list[str] = []
for source in ("zoo:mnist-6", "mnist-5"):
    try:
        sl.load_network(source)
    except sl.SpikeloomError as error:
        messages.append(str(error))
print(messages)
