package org.dmsc.bridge.core.watch;

import org.dmsc.schemas.TenantId;

/** Task ids are made by requesters too, so two tenants may use the same. */
record WatchKey(TenantId tenant, String taskId) {}
