package org.dmsc.node.cli;

import java.util.concurrent.Callable;

/**
 * A command that lives elsewhere: annotated with picocli's {@code @Command}, named in
 * {@code META-INF/services/org.dmsc.node.cli.DmscCommand}, with a constructor without parameters.
 */
public interface DmscCommand extends Callable<Integer> {}
