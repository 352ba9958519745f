package corpus

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// listed is a file of a folder, and what its content is known by: a blob's id
// in git, or size and time. An empty id says that it must be read to be known.
type listed struct {
	path string // from the folder, with slashes
	id   string
}

// list returns the files of a folder that git does not ignore.
func list(ctx context.Context, dir string) ([]listed, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is a file: give the folder that it is in", dir)
	}
	if files, ok := listGit(ctx, dir); ok {
		return files, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return listFolder(ctx, dir)
}

// git runs a command that only reads. Settings of the repository cannot make
// it start programs.
func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	args = append([]string{"-C", dir, "-c", "core.fsmonitor=false", "-c", "core.quotepath=false"}, args...)
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	return cmd.Output()
}

// listGit lists a checkout: what is tracked with the ids of the blobs, what was
// changed since or is new without. A folder that git ignores as a whole is none:
// whoever names it wants it read.
func listGit(ctx context.Context, dir string) ([]listed, bool) {
	if _, err := git(ctx, dir, "check-ignore", "-q", "."); err == nil {
		return nil, false
	}
	staged, err := git(ctx, dir, "ls-files", "-z", "--stage", ".")
	if err != nil {
		return nil, false
	}
	modified, err := git(ctx, dir, "ls-files", "-z", "--modified", "--deleted", ".")
	if err != nil {
		return nil, false
	}
	others, err := git(ctx, dir, "ls-files", "-z", "--others", "--exclude-standard", ".")
	if err != nil {
		return nil, false
	}
	changed := make(map[string]bool)
	for name := range strings.SplitSeq(string(modified), "\x00") {
		changed[name] = true
	}
	var files []listed
	for entry := range strings.SplitSeq(string(staged), "\x00") {
		// mode, id, stage, tab, name
		head, name, ok := strings.Cut(entry, "\t")
		words := strings.Fields(head)
		if !ok || len(words) != 3 || !strings.HasPrefix(words[0], "100") {
			continue // a link or a submodule
		}
		id := "git:" + words[1]
		if changed[name] || words[2] != "0" { // or one side of a conflict
			id = ""
		}
		if n := len(files); n == 0 || files[n-1].path != name {
			files = append(files, listed{name, id})
		}
	}
	for name := range strings.SplitSeq(string(others), "\x00") {
		if name != "" {
			files = append(files, listed{name, ""})
		}
	}
	return files, true
}

// own are the folders of version control itself.
var own = set(`.git .hg .svn`)

// listFolder walks a folder that is no checkout, obeying .gitignore files.
func listFolder(ctx context.Context, root string) ([]listed, error) {
	var files []listed
	var patterns []gitignore.Pattern
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		var parts []string
		if name != "." {
			parts = strings.Split(name, "/")
			if gitignore.NewMatcher(patterns).Match(parts, d.IsDir()) || d.IsDir() && own[d.Name()] {
				if d.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
		}
		if d.IsDir() {
			data, err := os.ReadFile(filepath.Join(path, ".gitignore"))
			if err == nil {
				for line := range bytes.Lines(data) {
					line := strings.TrimRight(string(line), "\r\n")
					if line != "" && !strings.HasPrefix(line, "#") {
						patterns = append(patterns, gitignore.ParsePattern(line, parts))
					}
				}
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		files = append(files, listed{name, fmt.Sprintf("stat:%d:%d", info.Size(), info.ModTime().UnixNano())})
		return nil
	})
	return files, err
}

// File is a file that an index would take.
type File struct {
	Path     string // of the file
	Name     string // from the folder that was given, with slashes
	Document bool
	form     form
}

// Files returns the files of a folder that an index would take by their names.
func Files(ctx context.Context, dir string) ([]File, error) {
	listed, err := list(ctx, dir)
	if err != nil {
		return nil, err
	}
	var files []File
	for _, f := range listed {
		if form, why := byName(f.path); why == "" {
			files = append(files, File{filepath.Join(dir, filepath.FromSlash(f.path)), f.path, form != formCode, form})
		}
	}
	return files, nil
}

// Text returns the file's text as it goes into an index, or nothing if its
// content keeps it out. PDF files are not read.
func (f *File) Text(ctx context.Context) ([]byte, error) {
	if f.form == formPDF {
		return nil, nil
	}
	j := job{path: f.Path, form: f.form, id: "unused"}
	text, _, _, err := j.text(ctx, nil)
	return text, err
}
