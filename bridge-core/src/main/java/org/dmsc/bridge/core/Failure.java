package org.dmsc.bridge.core;

import org.dmsc.schemas.Refusal;

/** Why a task did not get a result. */
public record Failure(Refusal refusal, String reason) {}
