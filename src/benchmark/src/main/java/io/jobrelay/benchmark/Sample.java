package io.jobrelay.benchmark;

/**
 * What one run has shown.
 *
 * @param perSecond polls that the provider has answered in the window
 * @param cpuMillis processor time of the contender for each of them, but for Java's compilers
 * @param compilerMillis that of Java's compilers
 * @param bytes that the contender allocated for each of them
 * @param providerMillis processor time of the provider for each of them
 * @param firstPollSeconds from the start of the process to the first poll
 */
record Sample(
        double perSecond,
        double cpuMillis,
        double compilerMillis,
        double bytes,
        double providerMillis,
        double firstPollSeconds) {}
