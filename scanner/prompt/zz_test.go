package prompt_test
import ("testing";"fmt";"strings";"context";"github.com/sluice-dlp/sluice/scanner";"github.com/sluice-dlp/sluice/scanner/prompt";"time";"runtime")
func TestZZ(t *testing.T) {
	for _, unit := range []string{
		`\x5cx5cx5cx5cx41 &amp;amp;amp;amp;#65; a%25252541b ` + strings.Repeat("z", 20) + "\n",
		`\x5cx5cx5cx41 &amp;amp;amp;#65; a%252541b ` + strings.Repeat("z", 20) + "\n",
		`\x5cx5cx41 &amp;amp;#65; a%2541b ` + strings.Repeat("z", 20) + "\n",
		`\x5cx41 &amp;#65; a%2541b ` + strings.Repeat("z", 20) + "\n",
		`\x41 &#65; a%41b ` + strings.Repeat("z", 20) + "\n",
		strings.Repeat("z", 60)+"\n",
	} {
		n, total := 0, 0
		d := scanner.DetectorFunc(func(_ context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			for _, x := range texts { n++; total += len(x.Bytes) }
			return nil, nil
		})
		s := scanner.New(scanner.Options{Detectors: []scanner.Detector{d}})
		body := `["x ` + strings.ReplaceAll(strings.ReplaceAll(strings.Repeat(unit, 1<<20/len(unit)), `\`, `\\`), "\n", `\n`) + `"]`
		var m0, m1 runtime.MemStats
		runtime.ReadMemStats(&m0)
		t0 := time.Now()
		r := inspect(t, s, jsonRequest, prompt.Limits{}, body, 0)
		runtime.ReadMemStats(&m1)
		fmt.Printf("%.20q body %d texts %d bytes %d x%.1f reason %q %v alloc %d\n", unit, len(body), n, total, float64(total)/float64(len(body)), r.Verdict.Reason, time.Since(t0), (m1.TotalAlloc-m0.TotalAlloc)>>20)
	}
}
