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

// The lines that projects have in common and nobody else has, of those that are
// sampled, by which one is taken for a copy of the other, in part or whole.
const (
	fewCommon   = 4  // if they are also one in forty of the smaller project's
	manyCommon  = 38 // whatever the share
	commonShare = 40
	commonTo    = 6 // families; a line that more have is what everybody writes
)

// halve deals projects out so that versions, forks and copies are in one half:
// what has the same name, or many long lines in common as they stand, which is
// not how the detector compares code. Which half it is follows from the name.
func halve(projects []*project) (halves [2][]*project) {
	family := make([]int, len(projects))
	first := make(map[string]int)
	for i, p := range projects {
		name := p.name()
		if _, ok := first[name]; !ok {
			first[name] = i
		}
		family[i] = first[name]
	}
	having := make(map[uint64][]int)
	sizes := make(map[int]int)
	for i, p := range projects {
		f := family[i]
		for _, h := range p.lines {
			if have := having[h]; len(have) <= commonTo && !slices.Contains(have, f) {
				having[h] = append(have, f)
				sizes[f]++
			}
		}
	}
	common := make(map[[2]int]int)
	for _, have := range having {
		if len(have) > commonTo {
			continue
		}
		for i, a := range have {
			for _, b := range have[:i] {
				common[[2]int{min(a, b), max(a, b)}]++
			}
		}
	}
	parent := make([]int, len(projects))
	for i := range parent {
		parent[i] = family[i]
	}
	root := func(i int) int {
		for parent[i] != i {
			i = parent[i]
		}
		return i
	}
	for pair, n := range common {
		a, b := pair[0], pair[1]
		if n > manyCommon || n >= fewCommon && n*commonShare > min(sizes[a], sizes[b]) {
			x, y := root(a), root(b)
			parent[max(x, y)] = min(x, y)
		}
	}
	// The largest families first, each to the smaller half.
	members := make(map[int][]*project)
	for i, p := range projects {
		members[root(i)] = append(members[root(i)], p)
	}
	weight := func(list []*project) (n int) {
		for _, p := range list {
			n += len(p.lines)
		}
		return n
	}
	var order [][]*project
	for _, list := range members {
		order = append(order, list)
	}
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
