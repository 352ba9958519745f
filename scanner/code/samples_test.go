package code_test

const proseSample = `Thank you for the notes from Tuesday. I have read them twice, and I think that the second half of the plan still
needs an owner: nobody has said who will speak to the landlord, or what we do if the lease is not renewed in time.

Could you rewrite the paragraph about the budget so that it is shorter (say, four sentences), and mention the grant? The
figures are in the table that Maria sent; they are a little out of date, but the order of magnitude is right.`

const goSample = `package store

import (
	"context"
	"fmt"
)

// Get returns the value of key.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, ok := s.values[key]
	if !ok {
		return nil, fmt.Errorf("no value for %q", key)
	}
	return v, nil
}
`

const logSample = `2024-03-01T09:12:44.120Z INFO  [worker-7] queue.Consumer - job 8812 done in 41 ms (retries=0)
2024-03-01T09:12:44.391Z WARN  [worker-2] queue.Consumer - job 8813 slow: 2041 ms, limit=2000
2024-03-01T09:12:45.007Z ERROR [worker-2] queue.Consumer - job 8814 failed: connection reset by peer
2024-03-01T09:12:45.010Z INFO  [worker-1] http.Server - GET /healthz 200 (0.4 ms)
`
