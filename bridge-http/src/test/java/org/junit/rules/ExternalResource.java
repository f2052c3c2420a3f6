package org.junit.rules;

/**
 * Stands in for JUnit 4's class of that name, which mock-oauth2-server's web server extends and does not use here: with all of JUnit 4 among the
 * dependencies, Surefire would run the tests by another engine.
 */
public abstract class ExternalResource {

    /** Never called. */
    protected void before() throws Throwable {}

    /** Never called. */
    protected void after() {}
}
