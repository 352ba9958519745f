// Package lines reads one line of text at a time and says how much it looks
// like source code. It knows bytes, words and punctuation; it does not know
// what comes before or after a line, which is the business of package code.
//
// A line is read once. Every word, number and punctuation mark yields a few
// hashed features, the line as a whole a dozen more, and a logistic model adds
// up one small weight for each. The feature hash is part of the model: change
// a feature and the weights must be fitted again (see scanner/code/train).
package lines
