//go:build tools

// Package programs names the main package that the test cluster builds.
package programs

import _ "helm.sh/helm/v4/cmd/helm"
