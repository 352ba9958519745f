package bench

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// Contender is one way for a request to go.
type Contender struct {
	Name string
	URL  string // where to POST chat requests
}

// PathOptions say what to send and for how long.
type PathOptions struct {
	Sizes   []int         // bytes of a body
	Clients []int         // requests in flight
	Time    time.Duration // for each contender at each size and number of clients
	// Slice is how long a contender is measured before the next has its turn;
	// zero means half a second.
	Slice time.Duration
	Seed  uint64
	// Progress, if not nil, is told about each cell before it is measured.
	Progress func(size, clients int)
}

// PathResult is one contender at one size and number of clients.
type PathResult struct {
	Contender string  `json:"contender"`
	Size      int     `json:"size"` // bytes of a body
	Clients   int     `json:"clients"`
	Requests  int     `json:"requests"`
	PerSecond float64 `json:"requests_per_second"`
	// P holds milliseconds at the quantiles .5, .9, .99 and .999, as far as
	// there are ten requests above each; the others are missing.
	P map[string]float64 `json:"ms"`
	// Added holds P less that of the first contender.
	Added map[string]float64 `json:"added_ms,omitempty"`
}

// quantiles are those that a PathResult has, with their names.
var quantiles = []struct {
	name  string
	value float64
}{{"p50", .5}, {"p90", .9}, {"p99", .99}, {"p99.9", .999}}

// Path measures every contender at every size and number of clients; the first
// is what the others are compared with. In each cell the contenders take turns,
// in an order that rotates. A request that is not answered with 200, or of
// which the upstream got another number of bytes than was sent, is an error.
func Path(ctx context.Context, contenders []Contender, opts PathOptions) ([]PathResult, error) {
	if opts.Slice == 0 {
		opts.Slice = time.Second / 2
	}
	var results []PathResult
	for _, size := range opts.Sizes {
		bodies := NewBodies(opts.Seed+uint64(size), size)
		for _, clients := range opts.Clients {
			if opts.Progress != nil {
				opts.Progress(size, clients)
			}
			cell, err := measureCell(ctx, contenders, bodies, clients, opts)
			if err != nil {
				return results, fmt.Errorf("%d bytes, %d clients: %w", size, clients, err)
			}
			results = append(results, cell...)
		}
	}
	return results, nil
}

func measureCell(ctx context.Context, contenders []Contender, bodies *Bodies, clients int, opts PathOptions) ([]PathResult, error) {
	loads := make([]*Load, len(contenders))
	took := make([][]time.Duration, len(contenders))
	spent := make([]time.Duration, len(contenders))
	for i, c := range contenders {
		loads[i] = &Load{URL: c.URL, Bodies: bodies, Clients: clients}
		defer loads[i].Close()
		// Connections are opened and pools filled before anything counts.
		if _, err := loads[i].Run(ctx, min(opts.Slice, 200*time.Millisecond)); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	turns := max(1, int(opts.Time/opts.Slice))
	for turn := range turns {
		for k := range contenders {
			i := (k + turn) % len(contenders)
			start := time.Now()
			t, err := loads[i].Run(ctx, opts.Slice)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", contenders[i].Name, err)
			}
			spent[i] += time.Since(start)
			took[i] = append(took[i], t...)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	results := make([]PathResult, len(contenders))
	for i, c := range contenders {
		results[i] = PathResult{
			Contender: c.Name, Size: bodies.size, Clients: clients, Requests: len(took[i]),
			PerSecond: float64(len(took[i])) / spent[i].Seconds(), P: percentiles(took[i]),
		}
		if i > 0 {
			results[i].Added = map[string]float64{}
			for name, ms := range results[i].P {
				if base, ok := results[0].P[name]; ok {
					results[i].Added[name] = ms - base
				}
			}
		}
	}
	return results, nil
}

// percentiles returns milliseconds by the nearest-rank method. A quantile with
// fewer than ten values above it would say more about chance than about the
// path, and is left out; the median is always there.
func percentiles(took []time.Duration) map[string]float64 {
	slices.Sort(took)
	p := map[string]float64{}
	for _, q := range quantiles {
		if q.value > .5 && float64(len(took))*(1-q.value) < 9.999 {
			continue
		}
		rank := int(math.Ceil(q.value*float64(len(took)))) - 1
		p[q.name] = float64(took[max(0, rank)]) / float64(time.Millisecond)
	}
	return p
}
