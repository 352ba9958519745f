// Testplugin is a plugin that misbehaves on request, for the tests of package
// plugins. A text asks for what it wants: its first line is a command.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/sluice-dlp/sluice/plugins"
	"github.com/sluice-dlp/sluice/scanner"
)

func main() {
	raw := flag.Bool("raw", false, "serve the wire protocol without the SDK")
	start := flag.String("start", "", "how to start: noise, slow, exit, version, tcp, stateful")
	state := flag.String("state", "", "`file` for -start stateful")
	flag.Parse()
	switch *start {
	case "noise":
		fmt.Println("hello, no handshake here", os.Getenv("MARKER"))
		fmt.Fprintln(os.Stderr, os.Getenv("MARKER"))
		return
	case "slow":
		time.Sleep(time.Hour)
	case "exit":
		os.Exit(3)
	case "version":
		fmt.Println("1|99|unix|/nowhere|grpc")
		time.Sleep(time.Hour)
	case "tcp":
		fmt.Println("1|1|tcp|192.0.2.1:443|grpc")
		time.Sleep(time.Hour)
	}
	if *raw {
		serveRaw()
		return
	}
	plugins.Serve(&detector{version: version(*start, *state)})
}

// version differs from the second start on if the plugin is stateful.
func version(start, state string) string {
	if start != "stateful" {
		return "1"
	}
	if _, err := os.Stat(state); err == nil {
		return "2"
	}
	if err := os.WriteFile(state, nil, 0o600); err != nil {
		panic(err)
	}
	return "1"
}

type detector struct{ version string }

// Describe implements plugins.Plugin.
func (d *detector) Describe() plugins.Description {
	return plugins.Description{Name: "testplugin", Version: d.version, Rules: []plugins.Rule{
		{ID: "needle", Kind: scanner.KindPII, Details: []string{"sharp", "blunt"}},
		{ID: "block", Kind: scanner.KindCode},
	}}
}

// Detect implements scanner.Detector.
func (d *detector) Detect(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
	var found []scanner.Finding
	for i, t := range texts {
		command, argument, _ := strings.Cut(string(t.Bytes), "\n")
		f := scanner.Finding{Rule: "needle", Kind: scanner.KindPII, Text: i, Span: scanner.Span{End: len(t.Bytes)}, Confidence: scanner.Medium}
		switch command {
		case "find":
			f.Detail = "sharp"
			found = append(found, f)
		case "where":
			f.Span.End = 5 + len(t.Where) + len(t.Role) // "where" and then some
			found = append(found, f)
		case "segment":
			found = append(found, scanner.Finding{Rule: "block", Kind: scanner.KindCode, Text: i, Span: f.Span, Confidence: scanner.High, Lines: 2})
		case "unsure":
			f.Confidence = 0
			found = append(found, f)
		case "many":
			for at := range len(argument) {
				found = append(found, scanner.Finding{Rule: "needle", Kind: scanner.KindPII, Text: i, Span: scanner.Span{Start: at, End: at + 1}, Confidence: scanner.High, Detail: "sharp"})
			}
		case "error":
			return nil, errors.New("cannot cope with " + argument)
		case "panic":
			panic(argument)
		case "crash":
			go panic(argument)
			<-ctx.Done()
		case "exit":
			os.Exit(1)
		case "hang":
			time.Sleep(time.Hour)
		case "wait":
			<-ctx.Done()
			return nil, ctx.Err()
		case "print":
			fmt.Println(argument)
			fmt.Fprintln(os.Stderr, argument)
		case "stdin":
			if b, err := io.ReadAll(os.Stdin); err == nil && len(b) == 0 {
				found = append(found, f)
			}
		case "environment":
			if strings.Contains(strings.Join(os.Environ(), "\n"), argument) {
				found = append(found, f)
			}
		case "outside":
			f.Span.End++
			found = append(found, f)
		case "kind":
			f.Kind = scanner.KindSecret
			found = append(found, f)
		}
	}
	return found, nil
}
