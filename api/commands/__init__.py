"""The commands of `klik`, one file each; `api.cli` imports a file when its command is called."""
