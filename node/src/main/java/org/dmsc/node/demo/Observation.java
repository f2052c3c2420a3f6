package org.dmsc.node.demo;

/** What a step asked for, and what was seen to happen: both in the words of the table. */
record Observation(String asked, String observed) {}
