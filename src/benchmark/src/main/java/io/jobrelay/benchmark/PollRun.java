package io.jobrelay.benchmark;

import java.io.IOException;
import java.nio.file.Path;

/** One contender, started, warmed up, measured at the provider, checked and stopped. */
final class PollRun {
    private final Provider provider;
    private final Load load;

    PollRun(Provider provider, Load load) {
        this.provider = provider;
        this.load = load;
    }

    /**
     * @param directory empty, for what the contender writes
     * @throws IllegalStateException if a poll was not signed, or a change did not arrive
     */
    Sample of(Contender contender, Path directory) throws IOException, InterruptedException {
        provider.reset();
        long begin = System.nanoTime();
        try (Program program = contender.start(directory, provider, load)) {
            program.await("polled", () -> provider.counts().polls() > 0);
            double firstPoll = (System.nanoTime() - begin) / 1e9;
            program.await("polled every job", () -> provider.counts().polls() >= load.jobs());
            Thread.sleep(load.warmUp().toMillis());
            Sample sample = measure(program, firstPoll);
            check(contender, program, directory);
            return sample;
        }
    }

    /** Measures a program that polls already. */
    Sample measure(Program program, double firstPoll) throws IOException, InterruptedException {
        try (Vitals vitals = Vitals.of(program)) {
            double compiler = program.compilerMillis();
            double cpu = vitals.cpuMillis();
            long bytes = vitals.allocatedBytes();
            double providerCpu = provider.vitals.cpuMillis();
            long polls = provider.counts().polls();
            long begin = System.nanoTime();
            Thread.sleep(load.window().toMillis());
            polls = provider.counts().polls() - polls;
            double seconds = (System.nanoTime() - begin) / 1e9;
            compiler = program.compilerMillis() - compiler;
            return new Sample(
                    polls / seconds,
                    (vitals.cpuMillis() - cpu - compiler) / polls,
                    compiler / polls,
                    (vitals.allocatedBytes() - bytes) / (double) polls,
                    (provider.vitals.cpuMillis() - providerCpu) / polls,
                    firstPoll);
        }
    }

    private void check(Contender contender, Program program, Path directory) throws IOException, InterruptedException {
        Counts counts = provider.counts();
        if (counts.refused() > 0 || counts.checked() == 0) {
            throw new IllegalStateException(contender.label() + ": was refused, " + counts + program.log());
        }
        if (contender.arrived(directory, counts) < 0) {
            return;
        }
        provider.hold();
        program.await("delivered every change", () -> {
            Counts now = provider.counts();
            return contender.arrived(directory, now) == now.changes();
        });
    }
}
