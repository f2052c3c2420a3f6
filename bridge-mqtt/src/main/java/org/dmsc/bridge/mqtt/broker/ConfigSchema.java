package org.dmsc.bridge.mqtt.broker;

import java.io.IOException;
import java.io.StringReader;
import java.net.URL;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.xml.sax.SAXException;

/** Checks a configuration against the schema inside HiveMQ's jar: HiveMQ itself ignores unknown elements and survives malformed ones. */
final class ConfigSchema {

    private ConfigSchema() {}

    static void requireValid(String xml) {
        URL location = com.hivemq.embedded.EmbeddedHiveMQ.class.getResource("/config.xsd");
        if (location == null) {
            throw new BrokerException("HiveMQ's jar holds no config.xsd (expected the one of version 2025.5)");
        }
        try {
            SchemaFactory factory = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            Schema schema = factory.newSchema(location);
            schema.newValidator().validate(new StreamSource(new StringReader(xml)));
        } catch (SAXException | IOException e) {
            throw new BrokerException("the MQTT broker's configuration is not valid: " + e.getMessage(), e);
        }
    }
}
