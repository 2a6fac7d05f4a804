"""The station process: carries out what `node.station` decides, and listens to other stations and to its own officers."""
