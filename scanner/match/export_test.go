package match

import "context"

// FirstSteps names the ways in which this machine can do the first step.
func FirstSteps() []string {
	var names []string
	for _, s := range firstSteps {
		names = append(names, s.name)
	}
	return names
}

// FindWith is FindStats with the named first step.
func (s *Set) FindWith(ctx context.Context, dst []Match, text []byte, stats *Stats, step string) ([]Match, error) {
	for i := range firstSteps {
		if firstSteps[i].name == step {
			return s.findWith(ctx, dst, text, stats, &firstSteps[i])
		}
	}
	panic("no first step " + step)
}
