package fingerprint

import "testing"

// eachWay runs a test with and without the processor's wide registers.
func eachWay(t *testing.T, test func(t *testing.T)) {
	if !useAVX2 {
		t.Log("this processor has no AVX2: only pure Go is tested")
		test(t)
		return
	}
	t.Run("AVX2", test)
	useAVX2 = false
	defer func() { useAVX2 = true }()
	t.Run("pure Go", test)
}
