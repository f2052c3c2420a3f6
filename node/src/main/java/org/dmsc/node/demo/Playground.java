package org.dmsc.node.demo;

import java.util.List;

/** What one can try by hand while the demo's fabric and agents are left running. */
record Playground(Workspace workspace, FabricProcess fabric) {

    List<String> lines() {
        String data = " --data " + workspace.data();
        String support = workspace.credentials(Cast.ACME, Cast.SUPPORT).toString();
        return List.of(
                "",
                "The fabric and its agents keep running until Ctrl-C. From another shell:",
                "  ./dmsc agent list acme" + data,
                "  ./dmsc task send" + data + " --as " + support + " \"My invoice is wrong, I want a refund\"",
                "  ./dmsc task send" + data + " --as " + support + " \"My router has no network connection\"",
                "  ./dmsc audit tail --tenant acme" + data,
                "  java examples/support/CustomerSupport.java --as " + support + " --gateway " + fabric.httpUrl(),
                "HTTP " + fabric.httpUrl() + ", MQTT " + fabric.mqttUrl() + ", Kafka " + fabric.bootstrap(),
                "Logs " + workspace.logs());
    }
}
