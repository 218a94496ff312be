"""The jobs people ask for: one public function a file, of the same name."""
