// Judges an exported log with code that is not ours: golang.org/x/mod/sumdb.
//
//	judge DIR VKEY PROOF LEAF OLDSIZE OLDROOT
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Println("REJECTED", err)
		os.Exit(1)
	}
}

func hash(text string) (h tlog.Hash) {
	b, err := base64.StdEncoding.DecodeString(text)
	must(err)
	copy(h[:], b)
	return
}

func checkpoint(msg []byte, vkey string) (int64, tlog.Hash) {
	v, err := note.NewVerifier(vkey)
	must(err)
	n, err := note.Open(msg, note.VerifierList(v))
	must(err)
	lines := strings.Split(n.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	return size, hash(lines[2])
}

func main() {
	dir, vkey := os.Args[1], os.Args[2]
	msg, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	must(err)
	size, root := checkpoint(msg, vkey)

	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, i := range indexes {
			out = append(out, stored[i])
		}
		return out, nil
	})
	for n := int64(0); n < size; {
		path := fmt.Sprintf("%s/tile/entries/%03d", dir, n/256)
		if size-n < 256 {
			path += fmt.Sprintf(".p/%d", size-n)
		}
		data, err := os.ReadFile(path)
		must(err)
		for len(data) > 0 {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				must(fmt.Errorf("entry %d is cut", n))
			}
			length := int(binary.BigEndian.Uint16(data))
			hashes, err := tlog.StoredHashes(n, data[2:2+length], reader)
			must(err)
			stored = append(stored, hashes...)
			data = data[2+length:]
			n++
		}
	}
	rebuilt, err := tlog.TreeHash(size, reader)
	must(err)
	if rebuilt != root {
		must(fmt.Errorf("root %v, signed %v", rebuilt, root))
	}

	text, err := os.ReadFile(os.Args[3])
	must(err)
	parts := strings.SplitN(string(text), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	must(err)
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		path = append(path, hash(line))
	}
	leaf, err := os.ReadFile(os.Args[4])
	must(err)
	of, ofRoot := checkpoint([]byte(parts[1]), vkey)
	must(tlog.CheckRecord(path, of, ofRoot, index, tlog.RecordHash(leaf)))

	old, err := strconv.ParseInt(os.Args[5], 10, 64)
	must(err)
	var grown tlog.TreeProof
	for _, line := range os.Args[7:] {
		grown = append(grown, hash(line))
	}
	must(tlog.CheckTree(grown, size, root, old, hash(os.Args[6])))
	fmt.Println("ACCEPTED", size)
}
