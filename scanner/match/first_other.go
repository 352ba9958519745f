//go:build !amd64 && !arm64

package match

func vectorSteps() []firstStep { return nil }
