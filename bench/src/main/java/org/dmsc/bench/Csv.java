package org.dmsc.bench;

import java.util.ArrayList;
import java.util.List;

/** Comma-separated values as in RFC 4180: quotes around cells, doubled inside; line ends inside quotes; CRLF or LF. */
final class Csv {

    /** A row and the line on which it begins, from 1. */
    record Row(int line, List<String> cells) {}

    private final String text;
    private final String name;
    private final List<Row> rows = new ArrayList<>();
    private int at;
    private int line = 1;

    private Csv(String text, String name) {
        this.text = text;
        this.name = name;
    }

    /** All rows but empty ones. */
    static List<Row> rows(String text, String name) {
        Csv csv = new Csv(text, name);
        while (csv.at < text.length()) {
            csv.row();
        }
        return csv.rows;
    }

    private void row() {
        int begin = line;
        List<String> cells = new ArrayList<>();
        cells.add(cell());
        while (at < text.length() && text.charAt(at) == ',') {
            at++;
            cells.add(cell());
        }
        if (at < text.length() && text.charAt(at) == '\r') {
            at++;
        }
        if (at < text.length() && text.charAt(at) == '\n') {
            at++;
            line++;
        } else if (at < text.length()) {
            throw new BenchException(
                    name + ": line " + line + ": text after a closing quote (expected a comma or the end of the line)");
        }
        if (cells.size() > 1 || !cells.get(0).isEmpty()) {
            rows.add(new Row(begin, cells));
        }
    }

    private String cell() {
        return at < text.length() && text.charAt(at) == '"' ? quoted() : bare();
    }

    private String bare() {
        int from = at;
        while (at < text.length() && ",\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        boolean carriageReturn = at > from && text.charAt(at - 1) == '\r';
        return text.substring(from, carriageReturn ? at - 1 : at);
    }

    private String quoted() {
        int begin = line;
        StringBuilder cell = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\n') {
                line++;
            }
            if (c != '"') {
                cell.append(c);
            } else if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
                cell.append('"');
                at++;
            } else {
                at++;
                return cell.toString();
            }
        }
        throw new BenchException(name + ": line " + begin + ": a quote is never closed");
    }
}
