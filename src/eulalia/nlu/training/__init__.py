"""nlu/training"""
