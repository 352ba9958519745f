package prompt

import (
	"context"
	"errors"
	"math"

	"github.com/sluice-dlp/sluice/scanner"
)

// Request is what is known of a request before its body comes.
type Request struct {
	Method          string
	Path            string // with the query, as on the wire
	ContentType     string
	ContentEncoding string // the header's value: codings in the order they were applied
	ContentLength   int64  // -1 if unknown
}

// Limits bound what one body may cost. A limit of zero means the default.
type Limits struct {
	MaxBody    int64 // bytes on the wire, at most 4 GiB
	MaxDecoded int64 // bytes after decompression, and again of what strings hold in encodings; at most 4 GiB
	MaxRatio   int   // decompressed size over compressed size, once the former passes 1 MiB
	MaxDepth   int   // levels of JSON arrays and objects
	MaxTexts   int   // strings in one body
}

// DefaultLimits returns the limits that are used where none are given.
func DefaultLimits() Limits {
	return Limits{MaxBody: 32 << 20, MaxDecoded: 64 << 20, MaxRatio: 200, MaxDepth: 512, MaxTexts: 1 << 20}
}

// orDefaults fills in what is not set. Offsets are kept in 32 bits.
func (l Limits) orDefaults() Limits {
	d := DefaultLimits()
	if l.MaxBody <= 0 {
		l.MaxBody = d.MaxBody
	}
	if l.MaxDecoded <= 0 {
		l.MaxDecoded = d.MaxDecoded
	}
	if l.MaxRatio <= 0 {
		l.MaxRatio = d.MaxRatio
	}
	if l.MaxDepth <= 0 {
		l.MaxDepth = d.MaxDepth
	}
	if l.MaxTexts <= 0 {
		l.MaxTexts = d.MaxTexts
	}
	l.MaxBody = min(l.MaxBody, math.MaxUint32)
	l.MaxDecoded = min(l.MaxDecoded, math.MaxUint32)
	return l
}

// slice is how much of a body is tokenized before the texts found are scanned:
// small enough that decoded copies stay small.
const slice = 64 << 10

// Inspection is the reading and scanning of one request. Its methods must not
// be called concurrently.
type Inspection struct {
	limits Limits
	policy *scanner.Policy
	media  media
	pass   *scanner.Pass

	path    document // the path and query, as a document of one chunk
	wire    document // the body as it came
	body    *document
	codings []string // content codings, outermost last
	// bodyWhole is set when all of a compressed body was decompressed.
	bodyWhole bool

	started bool
	tok     tokenizer
	walk    walker
	texts   collection
	nested  int64 // bytes of encodings in strings that were decoded

	reasons []*failure // in the order in which they came up
	stopped *failure   // set when nothing more of the body is read
}

// Begin starts an inspection. Nothing fails here: whatever is wrong with the
// request shows in the Result.
func Begin(s *scanner.Scanner, req Request, limits Limits) *Inspection {
	in := &Inspection{
		limits: limits.orDefaults(),
		policy: s.Policy(),
		media:  mediaOf(req.ContentType),
		pass:   s.Begin(),
	}
	in.body = &in.wire
	in.texts.max = in.limits.MaxTexts
	in.texts.borrow()
	if in.texts.arena.keep = s.KeepsTexts(); in.texts.arena.keep {
		in.texts.arena.block, in.texts.arena.held = nil, 0
	}
	in.walk.in = in
	in.walk.indexed = in.media == mediaLines
	in.tok = tokenizer{
		maxDepth:   in.limits.MaxDepth,
		multi:      in.media != mediaJSON,
		containers: in.media == mediaText || in.media == mediaForm,
	}
	if req.Path != "" {
		in.path.add([]byte(req.Path))
		in.addURL()
	}
	if in.codings = codingsOf(req.ContentEncoding); len(in.codings) > 0 {
		in.body = new(document)
	}
	if req.ContentLength > in.limits.MaxBody {
		in.stop(failed(ReasonBodyTooLarge, "content-length is over the limit of %d bytes", in.limits.MaxBody))
	}
	return in
}

// fail notes a reason why the body is not read whole; reading goes on.
func (in *Inspection) fail(err *failure) {
	for _, r := range in.reasons {
		if r.reason == err.reason {
			return
		}
	}
	in.reasons = append(in.reasons, err)
}

// stop notes a reason after which nothing more is read.
func (in *Inspection) stop(err *failure) {
	if in.stopped == nil {
		in.stopped = err
		in.fail(err)
	}
}

// Write takes the next piece of the body and scans the strings that end in it.
// The chunk is kept, unchanged, until the Result is no longer needed.
//
// The error says that nothing more of the body is read; it is for the log and
// quotes nothing. Finish may be called at once then. Should the policy let such
// bodies pass, the caller goes on writing, so that Result.Body is whole.
func (in *Inspection) Write(ctx context.Context, chunk []byte) error {
	if in.stopped == nil && int64(in.wire.size)+int64(len(chunk)) > in.limits.MaxBody {
		in.stop(failed(ReasonBodyTooLarge, "body is over the limit of %d bytes", in.limits.MaxBody))
	}
	if in.stopped != nil {
		if in.policy.OnError < scanner.Block {
			in.wire.add(chunk)
		}
		return in.stopped
	}
	chunk = in.wire.add(chunk)
	if len(chunk) > 0 && in.unreadable() {
		return in.stopped
	}
	if len(in.codings) == 0 {
		in.read(ctx, chunk)
	}
	if in.stopped != nil {
		return in.stopped
	}
	return nil
}

// unreadable stops bodies whose headers say that they cannot be read. It is
// asked only when a byte has come: without a body there is nothing to refuse.
func (in *Inspection) unreadable() bool {
	switch in.media {
	case mediaMultipart:
		in.stop(failed(ReasonMultipart, "multipart bodies are not read"))
	case mediaCharset:
		in.stop(failed(ReasonUnknownEncoding, "the content type's charset is not read"))
	}
	if err := knownCodings(in.codings); err != nil {
		in.stop(err)
	}
	return in.stopped != nil
}

// read tokenizes a piece of the body, which was added to in.body before.
func (in *Inspection) read(ctx context.Context, chunk []byte) {
	if !in.started {
		// The first four bytes tell UTF-8 from UTF-16 and UTF-32.
		if in.body.size >= 4 {
			in.start(ctx)
		}
		return
	}
	for len(chunk) > 0 && in.stopped == nil {
		n := min(len(chunk), slice)
		in.tokenize(chunk[:n])
		chunk = chunk[n:]
		if in.texts.bytes >= slice/2 || len(in.texts.batch) >= maxBatch {
			in.flush(ctx)
		}
	}
	if in.texts.bytes >= slice/16 {
		in.flush(ctx)
	}
}

// start looks at the first bytes and reads what is there.
func (in *Inspection) start(ctx context.Context) {
	in.started = true
	head := in.body.bytes(0, min(4, in.body.size))
	if wideUnicode(head) {
		in.stop(failed(ReasonUnknownEncoding, "body is UTF-16 or UTF-32"))
		return
	}
	skip := 0
	if len(head) >= 3 && string(head[:3]) == "\xEF\xBB\xBF" {
		skip = 3 // accepted and kept, though RFC 8259 forbids senders to write it
	}
	in.tok.off = skip
	for _, chunk := range in.body.chunks {
		n := min(skip, len(chunk))
		skip -= n
		in.read(ctx, chunk[n:])
	}
}

// tokenize feeds the tokenizer. A body that need not be JSON and is not goes
// on as what it is; Finish sees to that.
func (in *Inspection) tokenize(piece []byte) {
	if in.walk.foreign {
		return
	}
	err := in.tok.feed(piece, &in.walk)
	switch {
	case err == nil:
	case in.media == mediaText || in.media == mediaForm || in.media == mediaOther && err.reason == ReasonUnreadableJSON:
		in.walk.foreign = true
	default:
		in.stop(err)
	}
	in.checkFull()
}

// checkFull stops bodies with more texts than may be kept.
func (in *Inspection) checkFull() {
	if in.texts.full {
		in.stop(failed(ReasonTooManyTexts, "more than %d strings", in.limits.MaxTexts))
	}
}

// flush gives the collected texts to the detectors.
func (in *Inspection) flush(ctx context.Context) {
	in.texts.flush(ctx, in.pass)
}

// Finish ends the body and returns the Result, which is to be obeyed whatever
// the error is; the error is only for the log and quotes nothing.
func (in *Inspection) Finish(ctx context.Context) (Result, error) {
	if in.stopped == nil && len(in.codings) > 0 && in.wire.size > 0 {
		in.decompress(ctx)
	}
	if in.stopped == nil && !in.started && in.body.size > 0 {
		in.start(ctx)
	}
	in.finishBody()
	in.checkFull() // what ends with the body, forms and plain text count too
	in.flush(ctx)
	verdict, err := in.pass.End(ctx)
	errs := []error{err}
	for _, r := range in.reasons {
		verdict.Fail(in.policy, r.reason)
		errs = append(errs, r)
	}
	result := in.result(verdict)
	in.texts.giveBack()
	return result, errors.Join(errs...)
}

// finishBody reads what can only be read at the end: bodies that are not JSON,
// and what is left after an error.
func (in *Inspection) finishBody() {
	if in.stopped == nil && in.started && !in.walk.foreign {
		if err := in.tok.finish(&in.walk); err != nil {
			if in.media == mediaText || in.media == mediaForm {
				in.walk.foreign = true
			} else {
				in.stop(err)
			}
		}
	}
	in.walk.closeAll()
	switch {
	case in.walk.foreign && in.stopped == nil && in.media == mediaForm:
		in.addForm()
	case in.walk.foreign && in.stopped == nil && in.media == mediaText:
		in.addPlain(0)
	case in.walk.foreign:
		in.stop(failed(ReasonMediaType, "body is neither JSON nor text nor a form"))
		in.addRest()
	case in.stopped != nil:
		in.addRest()
	}
}

// addRest scans what follows an error as one plain text, if the policy might
// let the body pass. It cannot make the body a clean one, but what is found is
// reported and redacted.
func (in *Inspection) addRest() {
	if in.policy.OnError >= scanner.Block || in.texts.full {
		return
	}
	from := in.tok.off
	if start, _, ok := in.tok.partial(); ok {
		from = start
	}
	if in.walk.foreign {
		from = 0
	}
	in.addPlain(from)
}

// addPlain adds the body from an offset to its end as one plain text.
func (in *Inspection) addPlain(from int) {
	if from >= in.body.size {
		return
	}
	in.walk.path = in.walk.path[:0]
	in.walk.addText(record{
		parent: atBody, start: uint32(from), end: uint32(in.body.size), node: -1, kind: kindTop, codec: codecPlain,
		derived: from == 0 && len(in.texts.records) > 0,
	}, in.raw(from, in.body.size), infoHigh, scanner.RoleUnknown)
}

// Held is the number of bytes of memory held beyond the chunks given:
// decompressed bodies, decoded strings, the records of where they were, and
// findings.
func (in *Inspection) Held() int64 {
	held := int64(in.wire.copied) + in.texts.held() + in.walk.held() + in.pass.Held()
	if in.body != &in.wire {
		held += int64(in.body.size + in.body.copied)
	}
	return held
}

const (
	placePath  = "path"  // the request's path
	placeQuery = "query" // followed by "/" and the parameter's name
	placeForm  = "form"  // likewise, in a form body
)

// ScanText scans plain text along the same path as a body, so that files, JSON
// and URLs embedded in it are read. Result.Spans are byte ranges of the text, and
// Result.Body is the redacted text.
func ScanText(ctx context.Context, s *scanner.Scanner, text []byte) (Result, error) {
	in := Begin(s, Request{}, Limits{MaxBody: math.MaxUint32})
	in.media = mediaText
	in.started, in.walk.foreign = true, true // no JSON to be looked for first
	_ = in.Write(ctx, text)                  // Finish has the error as well
	return in.Finish(ctx)
}
