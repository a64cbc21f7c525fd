package io.jobrelay.benchmark;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.stream.LongStream;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What a running program uses, as its Java machine says. */
final class Vitals implements AutoCloseable {
    private final JMXConnector connector;
    private final OperatingSystemMXBean system;
    private final ThreadMXBean threads;
    private final MemoryMXBean memory;

    private Vitals(JMXConnector connector) throws IOException {
        this.connector = connector;
        MBeanServerConnection beans = connector.getMBeanServerConnection();
        this.system = ManagementFactory.getPlatformMXBean(beans, OperatingSystemMXBean.class);
        this.threads = ManagementFactory.getPlatformMXBean(beans, ThreadMXBean.class);
        this.memory = ManagementFactory.getPlatformMXBean(beans, MemoryMXBean.class);
    }

    @SuppressWarnings("BanJNDI") // the address is that of a process of ours
    static Vitals of(Program program) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(String.valueOf(program.pid()));
            try {
                return new Vitals(JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent())));
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Processor time of the whole process, its garbage collector and compilers included. */
    double cpuMillis() {
        return system.getProcessCpuTime() / 1e6;
    }

    /** What the threads that live have allocated since they began; all that are compared keep their threads. */
    long allocatedBytes() {
        return LongStream.of(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }

    /** What is on the heap after a full collection. */
    long liveBytes() {
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }

    @Override
    public void close() {
        try {
            connector.close();
        } catch (IOException e) {
            // The program ended first.
        }
    }
}
