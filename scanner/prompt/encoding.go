package prompt

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

const (
	maxCodings    = 3       // content codings on top of each other
	ratioFloor    = 1 << 20 // decompressed bytes below which the ratio does not count
	decodedChunk  = 64 << 10
	maxZstdWindow = 8 << 20 // RFC 8878 asks decoders for at least this
)

// codingsOf splits a content-encoding header. "identity" means nothing.
func codingsOf(header string) []string {
	var out []string
	for name := range strings.SplitSeq(header, ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "" && name != "identity" {
			out = append(out, name)
		}
	}
	return out
}

// knownCodings returns a failure if the codings cannot be undone.
func knownCodings(codings []string) *failure {
	if len(codings) > maxCodings {
		return failed(ReasonUnknownEncoding, "more than %d content codings", maxCodings)
	}
	for _, name := range codings {
		switch name {
		case "gzip", "x-gzip", "deflate", "zstd", "br":
		default:
			return failed(ReasonUnknownEncoding, "content coding is not one of gzip, deflate, zstd and br")
		}
	}
	return nil
}

// chunkReader reads a document. It is a ByteReader, so that decoders take no
// byte more than they need and garbage after the end is seen.
type chunkReader struct {
	d     *document
	chunk int
	at    int
}

func (r *chunkReader) Read(p []byte) (int, error) {
	for r.chunk < len(r.d.chunks) {
		if c := r.d.chunks[r.chunk][r.at:]; len(c) > 0 {
			n := copy(p, c)
			r.at += n
			return n, nil
		}
		r.chunk, r.at = r.chunk+1, 0
	}
	return 0, io.EOF
}

// ReadByte makes it an io.ByteReader.
func (r *chunkReader) ReadByte() (byte, error) {
	var b [1]byte
	if _, err := r.Read(b[:]); err != nil {
		return 0, err
	}
	return b[0], nil
}

// byteReader is what decoders read from; it keeps them from reading ahead.
type byteReader interface {
	io.Reader
	io.ByteReader
}

// open returns a reader that undoes one coding.
func open(coding string, from byteReader) (io.Reader, func(), error) {
	nothing := func() {}
	switch coding {
	case "gzip", "x-gzip":
		r, err := gzip.NewReader(from)
		return r, nothing, err
	case "deflate":
		// "deflate" means zlib (RFC 9110), but some senders leave the zlib
		// header off. Its two bytes have a check of their own.
		buffered := bufio.NewReader(from)
		head, err := buffered.Peek(2)
		if err != nil {
			return nil, nothing, err
		}
		if head[0]&0x0F == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
			r, err := zlib.NewReader(buffered)
			return &toEnd{r, buffered}, nothing, err
		}
		return &toEnd{flate.NewReader(buffered), buffered}, nothing, nil
	case "zstd":
		r, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			return nil, nothing, err
		}
		return r, r.Close, nil
	case "br":
		buffered := bufio.NewReader(from)
		return &toEnd{brotli.NewReader(buffered), buffered}, nothing, nil
	}
	return nil, nothing, errors.New("unknown coding")
}

var errTrailing = errors.New("bytes after the end of the compressed data")

// toEnd refuses garbage after the end of formats whose decoders do not look.
type toEnd struct {
	r    io.Reader
	rest io.Reader
}

func (t *toEnd) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if errors.Is(err, io.EOF) {
		var b [1]byte
		if k, _ := io.ReadFull(t.rest, b[:]); k > 0 {
			return n, errTrailing
		}
	}
	return n, err
}

// decompress undoes the content codings into in.body and reads it on the way.
// It runs at the end of the body: compressed bodies are small and rare, and a
// decoder that could be fed would need a goroutine per request.
func (in *Inspection) decompress(ctx context.Context) {
	ceiling := min(in.limits.MaxDecoded, max(ratioFloor, int64(in.wire.size)*int64(in.limits.MaxRatio)))
	var r byteReader = &chunkReader{d: &in.wire}
	var layers []*layer
	for _, coding := range slices.Backward(in.codings) {
		decoder, closer, err := open(coding, r)
		defer closer()
		if err != nil {
			in.stop(undecodable(err, layers, ceiling))
			return
		}
		layers = append(layers, &layer{r: decoder, left: ceiling})
		r = bufio.NewReader(layers[len(layers)-1])
	}
	for in.stopped == nil {
		if err := ctx.Err(); err != nil {
			return // the pass reports it
		}
		chunk := make([]byte, decodedChunk)
		n, err := io.ReadFull(r, chunk)
		if n > 0 {
			in.read(ctx, in.body.add(chunk[:n]))
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF) && n > 0 && drained(r):
			in.bodyWhole = true
			return
		case err != nil:
			in.stop(undecodable(err, layers, ceiling))
			return
		}
	}
}

// undecodable returns the failure that an error of the outermost decoder
// stands for.
func undecodable(err error, layers []*layer, ceiling int64) *failure {
	for _, l := range layers {
		if l.left < 0 {
			return failed(ReasonDecodedTooLarge, "decompressed body is over %d bytes", ceiling)
		}
	}
	return failed(ReasonUnreadableEncoding, "%w", err)
}

// layer bounds what comes out of one decoder. The layers between two codings
// count as well: gigabytes there can stand for a body of no bytes at all.
type layer struct {
	r    io.Reader
	left int64 // negative once there was more
}

var errCeiling = errors.New("too many decompressed bytes")

func (l *layer) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, errCeiling
	}
	// A byte more than is left is asked for, to see whether there is one.
	n, err := l.r.Read(p[:min(int64(len(p)), l.left+1)])
	if l.left -= int64(n); l.left < 0 {
		return n - 1, errCeiling
	}
	return n, err
}

// drained tells ReadFull's own ErrUnexpectedEOF, which says only that the last
// piece is short, from a decoder's, which says that its input is.
func drained(r io.ByteReader) bool {
	_, err := r.ReadByte()
	return errors.Is(err, io.EOF)
}
