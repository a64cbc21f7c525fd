package io.jobrelay.reliability;

import com.sun.management.UnixOperatingSystemMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Looks into another Java process: what it holds. */
final class Inside implements AutoCloseable {
    /** The threads of this very look. */
    private static final Pattern OURS = Pattern.compile("RMI .*|JMX .*|GC Daemon|Attach Listener");

    private final JMXConnector connector;
    private final MemoryMXBean memory;
    private final ThreadMXBean threads;
    private final UnixOperatingSystemMXBean system;

    @SuppressWarnings("BanJNDI") // the address is that of a process that this test has started
    Inside(long pid) throws IOException, AttachNotSupportedException {
        VirtualMachine machine = VirtualMachine.attach(String.valueOf(pid));
        try {
            connector = JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
        } finally {
            machine.detach();
        }
        MBeanServerConnection beans = connector.getMBeanServerConnection();
        memory = ManagementFactory.newPlatformMXBeanProxy(
                beans, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
        threads = ManagementFactory.newPlatformMXBeanProxy(
                beans, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
        system = ManagementFactory.newPlatformMXBeanProxy(
                beans, ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME, UnixOperatingSystemMXBean.class);
    }

    /** The heap in use after a collection. */
    long heapBytes() {
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }

    /** How many threads there are of each name, numbers left out. */
    Map<String, Integer> threads() {
        Map<String, Integer> groups = new TreeMap<>();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && !OURS.matcher(thread.getThreadName()).matches()) {
                groups.merge(thread.getThreadName().replaceAll("[0-9a-f]{8,}|\\d+", "#"), 1, Integer::sum);
            }
        }
        return groups;
    }

    long openFiles() {
        return system.getOpenFileDescriptorCount();
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
