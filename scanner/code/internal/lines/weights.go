package lines

import (
	_ "embed" // the weights are data, fitted by scanner/code/train
	"encoding/binary"
	"fmt"
)

//go:embed weights.bin
var fitted []byte

// Fitted returns the weights that scanner/code/train fitted; weights.json
// beside them says on what data and how well.
func Fitted() (*Weights, error) { return Decode(fitted) }

// header opens a file of weights. Its digit is raised whenever features change:
// weights mean nothing to a reader with others.
const header = "slc2"

// Decode is the inverse of Encode.
func Decode(data []byte) (*Weights, error) {
	if len(data) < len(header) || string(data[:len(header)]) != header {
		return nil, fmt.Errorf("not a file of weights that begins with %q: fit it again", header)
	}
	data = data[len(header):]
	if len(data) != 4+Dim {
		return nil, fmt.Errorf("weights of %d bytes, want %d", len(data), 4+Dim)
	}
	w := &Weights{Bias: int32(binary.LittleEndian.Uint32(data))}
	for i, b := range data[4:] {
		w.W[i] = int8(b)
	}
	w.prepare()
	return w, nil
}

// Encode returns a header, the bias as four little-endian bytes and a byte per
// weight.
func (w *Weights) Encode() []byte {
	data := binary.LittleEndian.AppendUint32([]byte(header), uint32(w.Bias))
	for _, v := range w.W {
		data = append(data, byte(v))
	}
	return data
}
