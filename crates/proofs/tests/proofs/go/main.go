// Judges what the tests show it, with Go's own packages: a question in JSON on each line, and an answer on each line.
package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Do       string            `json:"do"`
	Name     string            `json:"name"`
	Keys     []string          `json:"keys"`
	Text     string            `json:"text"`
	Message  []byte            `json:"message"`
	Leaf     []byte            `json:"leaf"`
	Index    int64             `json:"index"`
	Old      int64             `json:"old"`
	Size     int64             `json:"size"`
	LeafHash tlog.Hash         `json:"leaf_hash"`
	OldRoot  tlog.Hash         `json:"old_root"`
	Root     tlog.Hash         `json:"root"`
	Proof    []tlog.Hash       `json:"proof"`
	Tiles    map[string][]byte `json:"tiles"`
}

type answer struct {
	Error   string      `json:"error"`
	Text    string      `json:"text"`
	Message []byte      `json:"message"`
	Keys    []string    `json:"keys"`
	Known   int         `json:"known"`
	Unknown int         `json:"unknown"`
	Size    int64       `json:"size"`
	Root    tlog.Hash   `json:"root"`
	Proof   []tlog.Hash `json:"proof"`
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked question
		var told answer
		if err := json.Unmarshal(line, &asked); err != nil {
			told.Error = "question: " + err.Error()
		} else if err := judge(&asked, &told); err != nil {
			told.Error = err.Error()
		}
		text, _ := json.Marshal(told)
		out.Write(append(text, '\n'))
		out.Flush()
	}
}

func judge(asked *question, told *answer) (err error) {
	switch asked.Do {
	case "generate":
		private, public, err := note.GenerateKey(rand.Reader, asked.Name)
		told.Keys = []string{private, public}
		return err
	case "sign":
		return sign(asked, told)
	case "open":
		opened, err := open(asked.Message, asked.Keys)
		if err == nil {
			told.Text, told.Known, told.Unknown = opened.Text, len(opened.Sigs), len(opened.UnverifiedSigs)
		}
		return err
	case "read tree":
		tree, err := tlog.ParseTree([]byte(asked.Text))
		told.Size, told.Root = tree.N, tree.Hash
		return err
	case "write tree":
		told.Text = string(tlog.FormatTree(tlog.Tree{N: asked.Size, Hash: asked.Root}))
		return nil
	case "check record":
		return tlog.CheckRecord(asked.Proof, asked.Size, asked.Root, asked.Index, asked.LeafHash)
	case "check tree":
		return tlog.CheckTree(asked.Proof, asked.Size, asked.Root, asked.Old, asked.OldRoot)
	case "prove record":
		told.Root, err = tlog.TreeHash(asked.Size, stored(asked.Size))
		if err == nil {
			told.Proof, err = tlog.ProveRecord(asked.Size, asked.Index, stored(asked.Size))
		}
		return err
	case "prove tree":
		told.Root, err = tlog.TreeHash(asked.Size, stored(asked.Size))
		if err == nil {
			told.Proof, err = tlog.ProveTree(asked.Size, asked.Old, stored(asked.Size))
		}
		return err
	case "prove out of tiles":
		reader := tlog.TileHashReader(tlog.Tree{N: asked.Size, Hash: asked.Root}, tiles(asked.Tiles))
		told.Proof, err = tlog.ProveRecord(asked.Size, asked.Index, reader)
		return err
	case "check bundle":
		return checkBundle(asked)
	}
	return errors.New("question: nobody knows how to " + asked.Do)
}

func open(message []byte, keys []string) (*note.Note, error) {
	var verifiers []note.Verifier
	for _, key := range keys {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return nil, err
		}
		verifiers = append(verifiers, verifier)
	}
	return note.Open(message, note.VerifierList(verifiers...))
}

func sign(asked *question, told *answer) error {
	unsigned := &note.Note{Text: asked.Text}
	var signers []note.Signer
	for _, key := range asked.Keys {
		signer, err := note.NewSigner(key)
		if err != nil {
			return err
		}
		signers = append(signers, signer)
	}
	message, err := note.Sign(unsigned, signers...)
	told.Message = message
	return err
}

// The log of the tests, stored as Go stores one.
var hashes []tlog.Hash
var size int64

func stored(wanted int64) tlog.HashReader {
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, hashes[index])
		}
		return found, nil
	})
	for ; size < wanted; size++ {
		more, err := tlog.StoredHashes(size, []byte(fmt.Sprintf("entry %d", size)), reader)
		if err != nil {
			panic(err)
		}
		hashes = append(hashes, more...)
	}
	return reader
}

type tiles map[string][]byte

func (tiles) Height() int                     { return 8 }
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (all tiles) ReadTiles(wanted []tlog.Tile) (found [][]byte, err error) {
	for _, tile := range wanted {
		bytes, there := all[fmt.Sprintf("%d/%d", tile.L, tile.N)]
		if !there || len(bytes) < tile.W*tlog.HashSize {
			return nil, errors.New("no tile " + tile.Path())
		}
		found = append(found, bytes[:tile.W*tlog.HashSize])
	}
	return found, nil
}

// Reads a tlog-proof with what Go has for that: the lines are plain.
func checkBundle(asked *question) error {
	proof, checkpoint, _ := bytes.Cut(asked.Message, []byte("\n\n"))
	lines := strings.Split(string(proof), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("no proof")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		if _, err := base64.StdEncoding.DecodeString(lines[0][len("extra "):]); err != nil {
			return err
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return errors.New("no index")
	}
	index, err := strconv.ParseInt(lines[0][len("index "):], 10, 64)
	if err != nil {
		return err
	}
	var path tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	opened, err := open(checkpoint, asked.Keys)
	if err != nil {
		return err
	}
	said := strings.Split(opened.Text, "\n")
	if said[0] != asked.Name {
		return errors.New("another log")
	}
	size, err := strconv.ParseInt(said[1], 10, 64)
	if err != nil {
		return err
	}
	root, err := tlog.ParseHash(said[2])
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, size, root, index, tlog.RecordHash(asked.Leaf))
}
