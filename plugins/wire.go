package plugins

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/codes"

	"github.com/sluice-dlp/sluice/plugins/internal/pb"
	"github.com/sluice-dlp/sluice/scanner"
)

// vocabulary is what a plugin may say, by rule id.
type vocabulary map[string]Rule

func newVocabulary(d Description) vocabulary {
	v := make(vocabulary, len(d.Rules))
	for _, r := range d.Rules {
		v[r.ID] = r
	}
	return v
}

// errInvalidFinding is what both sides call a finding that breaks the contract.
var errInvalidFinding = errors.New("invalid finding")

// check holds a finding to the contract. It does not look at the kind: on the
// wire a finding has none, it is its rule's.
func (v vocabulary) check(f scanner.Finding, texts []scanner.Text) (Rule, error) {
	rule, ok := v[f.Rule]
	switch {
	case !ok:
		return Rule{}, fmt.Errorf("%w: rule not declared", errInvalidFinding)
	case f.Detail != "" && !slices.Contains(rule.Details, f.Detail):
		return Rule{}, fmt.Errorf("%w: detail not declared", errInvalidFinding)
	case f.Confidence > scanner.High:
		return Rule{}, fmt.Errorf("%w: confidence unknown", errInvalidFinding)
	case f.Text < 0 || f.Text >= len(texts):
		return Rule{}, fmt.Errorf("%w: text not given", errInvalidFinding)
	}
	text := texts[f.Text].Bytes
	switch s := f.Span; {
	case s.Start < 0 || s.Start >= s.End || s.End > len(text):
		return Rule{}, fmt.Errorf("%w: span outside its text", errInvalidFinding)
	case !utf8.RuneStart(text[s.Start]) || s.End < len(text) && !utf8.RuneStart(text[s.End]):
		// Offsets counted in characters instead of bytes mostly end here.
		return Rule{}, fmt.Errorf("%w: span cuts a character in two", errInvalidFinding)
	case f.Lines < 0 || f.Lines > s.Len():
		return Rule{}, fmt.Errorf("%w: more lines than bytes", errInvalidFinding)
	}
	return rule, nil
}

// encode turns a detector's findings into wire types.
func (v vocabulary) encode(found []scanner.Finding, texts []scanner.Text) ([]*pb.Finding, error) {
	out := make([]*pb.Finding, 0, len(found))
	for _, f := range found {
		rule, err := v.check(f, texts)
		if err != nil {
			return nil, err
		}
		if f.Kind != rule.Kind {
			return nil, fmt.Errorf("%w: kind differs from its rule's", errInvalidFinding)
		}
		out = append(out, &pb.Finding{
			Rule:       f.Rule,
			Text:       uint32(f.Text),
			Start:      uint64(f.Span.Start),
			End:        uint64(f.Span.End),
			Confidence: pb.Confidence(f.Confidence),
			Detail:     f.Detail,
			Lines:      uint32(f.Lines),
		})
	}
	return out, nil
}

// decode turns an answer into findings, or refuses it whole. Rule, kind and
// detail of the result are the declared strings, not those that came.
func (v vocabulary) decode(response *pb.DetectResponse, texts []scanner.Text) ([]scanner.Finding, *failure) {
	switch code := codes.Code(response.GetCode()); {
	case response.GetCode() < 0 || code > codes.Unauthenticated:
		return nil, fail(CauseInvalid, "unknown status code")
	case code == codes.DeadlineExceeded:
		return nil, &failure{cause: CauseDeadline, err: context.DeadlineExceeded}
	case code != codes.OK:
		return nil, fail(CauseStatus, code.String())
	}
	out := make([]scanner.Finding, 0, len(response.GetFindings()))
	for _, f := range response.GetFindings() {
		// Every number is bounded before it is converted, so that none wraps.
		if f.GetStart() > maxRequest || f.GetEnd() > maxRequest || f.GetText() > maxRequest || f.GetLines() > maxRequest ||
			f.GetConfidence() < 0 || f.GetConfidence() > pb.Confidence_CONFIDENCE_HIGH {
			return nil, fail(CauseInvalid, "number out of range")
		}
		finding := scanner.Finding{
			Rule:       f.GetRule(),
			Text:       int(f.GetText()),
			Span:       scanner.Span{Start: int(f.GetStart()), End: int(f.GetEnd())},
			Confidence: scanner.Confidence(f.GetConfidence()),
			Detail:     f.GetDetail(),
			Lines:      int(f.GetLines()),
		}
		rule, err := v.check(finding, texts)
		if err != nil {
			return nil, fail(CauseInvalid, err.Error())
		}
		finding.Rule, finding.Kind = rule.ID, rule.Kind
		if i := slices.Index(rule.Details, finding.Detail); i >= 0 {
			finding.Detail = rule.Details[i]
		}
		if finding.Confidence == 0 {
			finding.Confidence = scanner.High
		}
		out = append(out, finding)
	}
	return out, nil
}

func encodeDescription(d Description) *pb.DescribeResponse {
	out := &pb.DescribeResponse{Name: d.Name, Version: d.Version}
	for _, r := range d.Rules {
		out.Rules = append(out.Rules, &pb.Rule{Id: r.ID, Kind: string(r.Kind), Details: r.Details})
	}
	return out
}

func decodeDescription(r *pb.DescribeResponse) Description {
	d := Description{Name: r.GetName(), Version: r.GetVersion()}
	for _, rule := range r.GetRules() {
		d.Rules = append(d.Rules, Rule{ID: rule.GetId(), Kind: scanner.Kind(rule.GetKind()), Details: rule.GetDetails()})
	}
	return d
}

// encodeTexts copies texts into wire types. It copies the bytes because a
// request may still wait to be sent when its caller has given up and reuses them.
func encodeTexts(texts []scanner.Text) []*pb.Text {
	size := 0
	for _, t := range texts {
		size += len(t.Bytes)
	}
	buf := make([]byte, 0, size)
	values := make([]pb.Text, len(texts))
	out := make([]*pb.Text, len(texts))
	for i, t := range texts {
		start := len(buf)
		buf = append(buf, t.Bytes...)
		out[i] = &values[i]
		out[i].Bytes = buf[start:len(buf):len(buf)]
		out[i].Where = strings.ToValidUTF8(t.Where, "\uFFFD")
		out[i].Role = strings.ToValidUTF8(string(t.Role), "\uFFFD")
	}
	return out
}

func decodeTexts(texts []*pb.Text) []scanner.Text {
	out := make([]scanner.Text, len(texts))
	for i, t := range texts {
		out[i] = scanner.Text{Bytes: t.GetBytes(), Where: t.GetWhere(), Role: scanner.Role(t.GetRole())}
	}
	return out
}

// chunk is a range of texts that travels in one message.
type chunk struct{ start, end int }

// split gathers texts into chunks of about chunkBytes. A text that is larger
// travels alone; one that no message can hold is a failure.
func split(texts []scanner.Text) ([]chunk, *failure) {
	var out []chunk
	size := 0
	for i, t := range texts {
		n := len(t.Bytes) + 3*len(t.Where) + len(t.Role) + textOverhead // Where may grow when it is made valid
		if n > maxRequest-textOverhead {
			return nil, fail(CauseTooLarge, "")
		}
		if len(out) == 0 || size+n > chunkBytes {
			out = append(out, chunk{start: i})
			size = 0
		}
		size += n
		out[len(out)-1].end = i + 1
	}
	return out, nil
}
