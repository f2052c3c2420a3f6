// Judges a cosigned checkpoint with x/mod's sumdb/note: go run cosigned.go FILE LOG-VKEY WITNESS-VKEY
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// cosigner is a note.Verifier of C2SP tlog-cosignature v1, which x/mod has none for.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }

func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	time := binary.BigEndian.Uint64(sig)
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

func parse(vkey string) cosigner {
	parts := strings.SplitN(vkey, "+", 3)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		fail("vkey")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		fail("key id")
	}
	return cosigner{parts[0], hash, key[1:]}
}

func fail(why string) {
	fmt.Println("REJECTED", why)
	os.Exit(1)
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err.Error())
	}
	log, err := note.NewVerifier(os.Args[2])
	if err != nil {
		fail(err.Error())
	}
	opened, err := note.Open(text, note.VerifierList(log, parse(os.Args[3])))
	if err != nil {
		fail(err.Error())
	}
	fmt.Println("ACCEPTED", len(opened.Sigs))
}
