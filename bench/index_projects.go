package bench

import (
	"bytes"
	"cmp"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner/code/fingerprint/corpus"
)

// project is a folder of code, with the files that an index would take.
type project struct {
	dir   string
	files []corpus.File
	bytes int      // of their texts
	lines []uint64 // hashes of some of its long lines, each once, in order
}

// projectFiles stand in the root folder of a project.
var projectFiles = []string{".git", "go.mod", "package.json", "Cargo.toml", "pyproject.toml", "setup.py", "pom.xml"}

// sourceSuffixes end the names of files of programming languages. What else an
// index takes – configuration, markup, data – is not what snippets are of.
var sourceSuffixes = strings.Fields(`.go .py .pyi .js .mjs .cjs .jsx .ts .tsx .rs .java .kt .scala .c .h .cc .cpp .hpp .cs .rb .php .swift .m
.sh .pl .lua .sql .r .jl .dart .ex .hs .clj .s`)

// readProjects finds the projects in folders: what has a project file or, below
// a folder that was named, source files of its own. Projects in projects belong
// to those.
func readProjects(ctx context.Context, dirs []string) ([]*project, error) {
	var projects []*project
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			if d.Name() == "cache" || d.Name() == "__pycache__" { // what package managers keep beside projects
				return fs.SkipDir
			}
			is, err := isProject(path, path != dir)
			if err != nil || !is {
				return err
			}
			p := &project{dir: path}
			if p.files, err = corpus.Files(ctx, path); err != nil {
				return err
			}
			if err := p.readLines(ctx); err != nil {
				return err
			}
			if len(p.lines) > 0 {
				projects = append(projects, p)
			}
			return fs.SkipDir
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(projects, func(a, b *project) int { return cmp.Compare(a.dir, b.dir) })
	return slices.CompactFunc(projects, func(a, b *project) bool { return a.dir == b.dir }), nil
}

func isProject(dir string, bySource bool) (bool, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		if slices.Contains(projectFiles, e.Name()) || bySource && slices.Contains(sourceSuffixes, filepath.Ext(e.Name())) {
			return true, nil
		}
	}
	return false, nil
}

// What is compared of projects: lines that have as many bytes, without the marks
// of comments, since what two programs in different languages are told to say of
// the same thing is copied, too.
const (
	minLine      = 40
	commentMarks = "/*#!;-\"' \t\r\n"
)

// sampledLines is one of how many long lines projects are compared by.
const sampledLines = 4

// hashLine is FNV-1a: what is measured must not differ from run to run.
func hashLine(line []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range line {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

func (p *project) readLines(ctx context.Context) error {
	for i := range p.files {
		text, err := p.files[i].Text(ctx)
		if err != nil {
			return err
		}
		p.bytes += len(text)
		for line := range bytes.Lines(text) {
			line = bytes.Trim(line, commentMarks)
			if len(line) < minLine || legalWords.Match(line) {
				continue
			}
			if h := hashLine(line); h>>32%sampledLines == 0 {
				p.lines = append(p.lines, h)
			}
		}
	}
	slices.Sort(p.lines)
	p.lines = slices.Compact(p.lines)
	return nil
}

// versions are what names of folders have behind the name of the project.
var versions = regexp.MustCompile(`(@|-v?\d).*$|\.v\d+$`)

// name is what versions of a project have in common.
func (p *project) name() string {
	base := versions.ReplaceAllString(filepath.Base(p.dir), "")
	if len(base) < 4 && strings.HasPrefix(base, "v") { // v2 and so on
		base = versions.ReplaceAllString(filepath.Base(filepath.Dir(p.dir)), "") + "/"
	}
	return base
}

// halve deals families out to two halves of equal size. Which half one is in
// follows from its projects' names and sizes.
func halve(projects []*project) (halves [2][]*project) {
	weight := func(list []*project) (n int) {
		for _, p := range list {
			n += len(p.lines)
		}
		return n
	}
	order := families(projects)
	slices.SortFunc(order, func(a, b []*project) int {
		return cmp.Or(cmp.Compare(weight(b), weight(a)), cmp.Compare(a[0].dir, b[0].dir))
	})
	var sum [2]int
	for _, list := range order {
		h := 0
		if sum[1] < sum[0] {
			h = 1
		}
		halves[h] = append(halves[h], list...)
		sum[h] += weight(list)
	}
	return halves
}
