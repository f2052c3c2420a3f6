package org.dmsc.node.host;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which dmsc this is: what Maven wrote into the jar. */
public final class Version {

    private Version() {}

    /** E.g. {@code 0.1.0-SNAPSHOT}; {@code unpacked} when run from class folders. */
    public static String text() {
        try (InputStream in = Version.class.getResourceAsStream("/META-INF/maven/org.dmsc/node/pom.properties")) {
            if (in == null) {
                return "unpacked";
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
