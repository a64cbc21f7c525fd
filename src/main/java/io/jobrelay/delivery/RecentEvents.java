package io.jobrelay.delivery;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.ListIterator;
import java.util.Set;

/** The ids of the events that were written last, {@value #MOST} at most. */
final class RecentEvents {
    static final int MOST = 16_384;

    private final Deque<String> inOrder = new ArrayDeque<>();
    private final Set<String> ids = new HashSet<>();

    boolean contains(String id) {
        return ids.contains(id);
    }

    void add(String id) {
        inOrder.addLast(id);
        ids.add(id);
        if (inOrder.size() > MOST) {
            ids.remove(inOrder.removeFirst());
        }
    }

    /** Adds, in their own order, events that are older than all that are here. */
    void addOlder(List<String> older) {
        ListIterator<String> newestFirst = older.listIterator(older.size());
        while (newestFirst.hasPrevious() && room() > 0) {
            String id = newestFirst.previous();
            if (ids.add(id)) {
                inOrder.addFirst(id);
            }
        }
    }

    int room() {
        return MOST - inOrder.size();
    }

    void clear() {
        inOrder.clear();
        ids.clear();
    }
}
