package corpus

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/sluice-dlp/sluice/scanner/code/fingerprint"
)

// Options say what to index and where to.
type Options struct {
	Dirs []string
	// Key is the zero Key for a set of public code.
	Key   fingerprint.Key
	Index fingerprint.Options
	// Least is in how many of the folders something must stand to be in a set of
	// public code; 0 means 1, see fingerprint.NewPublicBuilder.
	Least int
	// Out is the index file. It is replaced as a whole once it is written.
	Out string
	// Cache is the cache file; empty means none. It is read if it fits and
	// replaced afterwards.
	Cache string
	// PDF makes a command that calls ReadPDF on its standard input and output and
	// exits with the status that it returns. Without it PDF files are failures.
	PDF func(context.Context) *exec.Cmd
}

// Report says what became of the files.
type Report struct {
	Files     int   // in the index
	Unchanged int   // of those, not read again
	Bytes     int64 // of text that was read
	Size      int64 // of the index
	Left      map[Reason]int
	Failures  []error // files that should be in the index and are not
	CacheErr  error   // why the cache was not used, if there is one
}

// Index makes an index of folders.
func Index(ctx context.Context, o Options) (*Report, error) {
	r := &run{pdf: o.PDF, report: &Report{Left: make(map[Reason]int)}}
	work, err := r.list(ctx, o.Dirs)
	if err != nil {
		return nil, err
	}
	// Beside the index there is room for one, which /tmp may not have.
	o.Index.Temporary = filepath.Dir(o.Out)
	old, err := r.begin(o)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.builder.Close() }() // which has nothing left to lose
	if old != nil {
		defer func() { _ = old.Close() }() // it was read only
	}
	var kept *replacement
	if o.Cache != "" {
		if kept, err = replace(o.Cache); err != nil {
			return nil, err
		}
		defer kept.discard()
		r.cache = r.builder.WriteCache(kept)
	}
	if old != nil {
		if work, err = r.reuse(old, work); err != nil {
			return nil, err
		}
	}
	if err := r.readAll(ctx, work); err != nil {
		return nil, err
	}
	out, err := replace(o.Out)
	if err != nil {
		return nil, err
	}
	defer out.discard()
	if r.report.Size, err = r.builder.WriteTo(out); err != nil {
		return nil, err
	}
	if err := out.commit(); err != nil {
		return nil, err
	}
	if r.cache != nil {
		if err := r.cache.Close(); err != nil {
			return nil, err
		}
		if err := kept.commit(); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(r.report.Failures, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return r.report, nil
}

// list chooses the files of all folders.
func (r *run) list(ctx context.Context, dirs []string) ([]job, error) {
	names, err := repositories(dirs)
	if err != nil {
		return nil, err
	}
	var work []job
	for i, dir := range dirs {
		files, err := list(ctx, dir)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			j := job{name: names[i] + ":" + f.path, path: filepath.Join(dir, filepath.FromSlash(f.path)), id: f.id}
			var why Reason
			if j.form, why = byName(f.path); why != "" {
				r.report.Left[why]++
				continue
			}
			work = append(work, j)
		}
	}
	return work, nil
}

// begin makes the Builder, one that goes with the cache if that can be used.
func (r *run) begin(o Options) (*fingerprint.Cache, error) {
	if o.Cache != "" {
		old, err := fingerprint.OpenCache(o.Cache, o.Key)
		if err == nil {
			if r.builder, err = old.Builder(o.Key, o.Index); err == nil && r.builder != nil {
				return old, nil
			}
			if err = errors.Join(err, old.Close()); err == nil {
				err = fmt.Errorf("%s: made with other options", o.Cache)
			}
		}
		if !errors.Is(err, fs.ErrNotExist) {
			r.report.CacheErr = err
		}
	}
	var err error
	if o.Key == (fingerprint.Key{}) {
		r.builder, err = fingerprint.NewPublicBuilder(o.Index, max(o.Least, 1))
	} else {
		r.builder, err = fingerprint.NewBuilder(o.Key, o.Index)
	}
	return nil, err
}

// repositories names the folders by their last elements, and by more of them
// where those are alike.
func repositories(dirs []string) ([]string, error) {
	if len(dirs) == 0 {
		return nil, errors.New("no folder to index")
	}
	names := make([]string, len(dirs))
	seen := make(map[string]string)
	for i, dir := range dirs {
		full, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		name := filepath.Base(full)
		for rest := filepath.Dir(full); seen[name] != "" && filepath.Dir(rest) != rest; rest = filepath.Dir(rest) {
			name = filepath.Base(rest) + "/" + name
		}
		if seen[name] != "" {
			return nil, fmt.Errorf("%s is given twice", dir)
		}
		seen[name], names[i] = full, name
	}
	return names, nil
}

// job is a file to be read.
type job struct {
	name, path, id string
	form           form
}

// run is the making of one index.
type run struct {
	builder *fingerprint.Builder
	pdf     func(context.Context) *exec.Cmd
	mu      sync.Mutex // guards what follows
	cache   *fingerprint.CacheWriter
	report  *Report
}

// reuse takes over what the cache has of files that did not change, and
// returns the others.
func (r *run) reuse(old *fingerprint.Cache, work []job) ([]job, error) {
	byName := make(map[string]*job, len(work))
	for i := range work {
		byName[work[i].name] = &work[i]
	}
	done := make(map[string]bool)
	err := old.Files(func(name string, id fingerprint.Identity, p fingerprint.Prints) error {
		j := byName[name]
		if j == nil || done[name] {
			return nil
		}
		if j.id == "" { // changed since the last commit, maybe not since the last index
			data, err := os.ReadFile(j.path)
			if err != nil {
				return nil // which will be reported when it is read
			}
			j.id = contentID(data)
		}
		if r.builder.Identify(j.id) != id {
			return nil
		}
		done[name] = true
		r.report.Unchanged++
		return r.add(name, id, p)
	})
	return slices.DeleteFunc(work, func(j job) bool { return done[j.name] }), err
}

func contentID(data []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(data)) }

// readAll reads files with as many goroutines as there are processors.
func (r *run) readAll(ctx context.Context, work []job) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	jobs := make(chan job)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for j := range jobs {
				if err := r.read(ctx, j); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, j := range work {
		select {
		case jobs <- j:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
	}
	close(jobs)
	wg.Wait()
	return context.Cause(ctx)
}

// read reads one file and adds it. An error is a reason to stop.
func (r *run) read(ctx context.Context, j job) error {
	text, id, why, err := j.text(ctx, r.pdf)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil || why != "" {
		r.mu.Lock()
		defer r.mu.Unlock()
		if err != nil {
			why = Failed
			r.report.Failures = append(r.report.Failures, fmt.Errorf("%s: %w", j.path, err))
		}
		r.report.Left[why]++
		return nil
	}
	take := r.builder.Code
	if j.form != formCode {
		take = r.builder.Document
	}
	p, err := take(ctx, text)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.report.Bytes += int64(len(text))
	r.mu.Unlock()
	return r.add(j.name, r.builder.Identify(id), p)
}

func (r *run) add(name string, id fingerprint.Identity, p fingerprint.Prints) error {
	if err := r.builder.Add(name, p); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Files++
	if r.cache == nil {
		return nil
	}
	return r.cache.Add(name, id, p)
}

// text reads the file's text.
func (j *job) text(ctx context.Context, pdf func(context.Context) *exec.Cmd) (text []byte, id string, why Reason, err error) {
	info, err := os.Lstat(j.path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, "", Small, nil // deleted and not committed yet
		}
		return nil, "", "", err
	}
	limit := int64(maxText)
	if j.form == formPDF || j.form == formDOCX {
		limit = maxDocument
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, "", Binary, nil
	case info.Size() > limit:
		if limit == maxDocument {
			return nil, "", "", fmt.Errorf("larger than %d MB", limit>>20)
		}
		return nil, "", Large, nil
	case info.Size() < minBytes:
		return nil, "", Small, nil
	}
	data, err := os.ReadFile(j.path)
	if err != nil {
		return nil, "", "", err
	}
	if id = j.id; id == "" {
		id = contentID(data)
	}
	if why := byContent(j.form, data); why != "" {
		return nil, "", why, nil
	}
	switch j.form {
	case formPDF:
		text, err = readPDF(ctx, pdf, data, pdfTime)
	case formDOCX:
		text, err = docxText(ctx, data)
	default:
		text = data
	}
	return text, id, "", err
}

// replacement is a file that takes another's place when it is complete.
type replacement struct {
	*os.File
	path string
}

func replace(path string) (*replacement, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return nil, err
	}
	return &replacement{f, path}, nil
}

func (r *replacement) commit() error {
	if err := errors.Join(r.Sync(), r.Close()); err != nil {
		return err
	}
	return os.Rename(r.Name(), r.path)
}

// discard removes what was not committed.
func (r *replacement) discard() {
	_ = r.Close()           // fails after commit
	_ = os.Remove(r.Name()) // as well
}
