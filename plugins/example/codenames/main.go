// Codenames is a detector plugin that finds the code names and ticket numbers
// of internal projects, from a list of words. See README.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/sluice-dlp/sluice/plugins"
)

func main() {
	words := flag.String("words", os.Getenv("CODENAMES_WORDS"), "`file` with one name on each line")
	flag.Parse()
	names, err := load(*words)
	if err != nil {
		fmt.Fprintln(os.Stderr, "codenames:", err)
		os.Exit(1)
	}
	plugins.Serve(names)
}

func load(path string) (*names, error) {
	if path == "" {
		return nil, errors.New("name a list with --words or CODENAMES_WORDS")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parse(f)
}
