package org.dmsc.node.demo;

/** Something that the fabric is shown to do. */
interface Step {

    /** In a few words. */
    String title();

    /**
     * Does it and watches. It MUST judge by what came over a wire (an agent's output, an HTTP answer, Kafka's bytes).
     *
     * @throws DemoFailure when something else came than expected
     */
    Observation observe(Stage stage);
}
