/** What goes into the killed or broken process with it: a Java agent, so that the program itself holds no test hook. */
@NullMarked
package io.jobrelay.reliability.agent;

import org.jspecify.annotations.NullMarked;
