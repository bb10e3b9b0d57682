"""The words on the wire: frozen types, their encoders and decoders, JSON Schemas. No I/O.

Times are epoch milliseconds of the workout (event time), heart rates are beats a minute of a
heart, tempi are beats a minute of a song.
"""
