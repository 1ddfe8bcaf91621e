"""Take a shipped ensemble as a program, and show it images for several ticks."""

import spikeloom as sl

ensemble: sl.ChipProgram = sl.load_program("zoo:mnist-29-bent-x2")
nine: sl.ChipProgram = sl.show_moved(sl.deploy(sl.load_network("zoo:mnist-29-bent")), ticks=9)
for program in (ensemble, nine, sl.deploy(sl.load("zoo:mnist-29-bent-x2"))):
    fit = sl.fit_report(program)
    cores: int = fit.cores
    print(program, cores, fit.latency_seconds)
