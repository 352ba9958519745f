package code

import (
	_ "embed"
	"encoding/json"
	"sync"
)

//go:embed internal/lines/weights.json
var record []byte

var trainingSources = sync.OnceValue(func() map[string]int {
	var r struct{ Sources map[string]int }
	if err := json.Unmarshal(record, &r); err != nil {
		return nil // a test holds that it is read
	}
	return r.Sources
})

// TrainedOn reports whether the weights were fitted on texts of the source, by
// the name that it has in the training data. Figures on such texts say little.
func TrainedOn(source string) bool { return trainingSources()[source] > 0 }
