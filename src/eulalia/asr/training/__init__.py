"""asr/training"""
