package org.dmsc.node.demo;

import java.util.ArrayList;
import java.util.List;

/** What is shown, in its order: later steps look at the traces of earlier ones. */
final class DemoScript {

    private DemoScript() {}

    static List<Step> steps() {
        List<Step> steps = new ArrayList<>(DiscoverySteps.all());
        steps.addAll(DelegationSteps.all());
        steps.addAll(DeviceSteps.all());
        steps.add(new IsolationStep());
        steps.add(new CrashStep());
        steps.add(new AuditStep());
        steps.add(new RawTopicsStep());
        return steps;
    }
}
